headline-received = Angekommen
headline-queued = In der Warteschlange
headline-queued-at = In der Warteschlange, Platz { $position }
headline-interrupted = Wieder in der Schlange: die Arbeit daran wurde unterbrochen
headline-starting = Fängt an
headline-loading = Lädt das Modell
headline-painting = Malt, { $percent } %
headline-drawing = Die Karte wird gezeichnet
headline-done = Fertig
headline-map = Die Karte
headline-cancelled = Abgebrochen

word-subtle = dezent
word-balanced = ausgewogen
word-strong = kräftig
word-reimagine = neu erfunden

fact-strength = Stärke { $strength } ({ $word })
fact-strengths = Stärken { $strengths }
fact-seed = Seed { $seed }
fact-style = Stil { $style }
fact-loras = Adapter { $loras }
fact-edits = bearbeitet nach Anweisung; die Stärke gilt nicht
fact-control = Struktur { $kind }
fact-control-map = Struktur { $kind }, nach gegebener Karte
fact-control-scale = Strukturstärke { $scale }
fact-control-span = Struktur von { $start } bis { $end } der Schritte
control-canny = canny: alle Kanten
control-lineart = lineart: gezeichnete Linien
control-scribble = scribble: wenige dicke Linien
control-softedge = softedge: weiche Kanten
control-depth = depth: nah und fern
control-pose = pose: Gelenke von Menschen
control-none = keine: nur die Stärke entscheidet
label-strength = Stärke { $strength }
alt-picture = { $prompt } (KI-erzeugt, Stärke { $strength })
alt-map = Strukturkarte ({ $kind })
alt-preview = Das Bild, so weit es ist
alt-source = Das Bild, aus dem es entstand

print-model = { $model } · { $steps } von { $of } Schritten · Guidance { $guidance }
print-pass = Durchgang { $depth }
print-made = { $width }x{ $height } · { $seconds } s · KI-erzeugt
print-map = { $width }x{ $height }
print-id = id { $id }

card-expected = Fertig etwa { $when }, in neun von zehn Fällen spätestens um { $late }
note-too-large = Das Bild ist hier auch verkleinert zu groß: frag mit /info danach.
note-sent-directly = Dort, wo du gefragt hast, ließ es sich nicht zeigen, darum kommt es direkt zu dir.
note-stays = Das Bild darf nur dort gezeigt werden, wo du darum gebeten hast: Drück dort einen Knopf oder bitte dort noch einmal.

button-subtle = Dezent { $strength }
button-balanced = Ausgewogen { $strength }
button-strong = Kräftig { $strength }
button-reimagine = Neu erfinden { $strength }
button-chain = Weiterführen
button-chain-at = Weiterführen { $strength }
button-reroll = Neu würfeln
button-edit = Ändern
button-sweep = Reihe
button-details = Einzelheiten
button-delete = Löschen
button-cancel = Abbrechen
button-showmap = Karte zeigen
button-usemap = Karte verwenden
button-askmap = Karte verwenden
button-publish = Veröffentlichen
button-collect = Abholen
button-forget = Alles löschen

advice-ai-picture = Tipp: Ein Bild von einer KI verfeinert man am besten mit Stärke 0.35; refine macht das.
advice-low-contrast = Tipp: Die Vorlage hat wenig Kontrast und gibt so wenig Halt; hell sie auf oder nimm mehr Stärke.
advice-faint = Tipp: Bei Stärke { $strength } sieht man wenig von einem Stil; versuch { $usual }.
advice-fierce = Tipp: Bei Stärke { $strength } bleibt von der Vorlage fast nichts; versuch { $usual }.
advice-no-style = Tipp: Worte für einen Stil helfen, zum Beispiel „oil painting“; /styles zeigt einige.

refused-our-fault = Bei mir ging etwas schief: versuch es in einer Minute noch einmal.
refused-busy = Discord nimmt meine Antwort gerade nicht an: versuch es in einer Minute noch einmal.
refused-no-prompt = Schreib, was aus dem Bild werden soll, zum Beispiel „ein Ölgemälde“.
refused-no-picture = Ich sehe kein Bild: häng eines an oder antworte auf eine Nachricht mit Bild.
refused-no-picture-there = Diese Nachricht hat kein Bild, das ich verwenden kann: wähl eine mit Foto, Zeichnung oder Ergebnis.
refused-sticker = Sticker gehören ihren Urhebern, ich darf sie nicht verwenden: schick ein Bild als Datei.
refused-withheld = Discord zeigt mir das Bild in dieser Nachricht nicht: öffne ihr Menü, wähl Apps und dann Bild verwandeln.
refused-several-pictures = Es sind { $count } Bilder: schick eines oder wähl mit Apps, Bild verwandeln.
refused-form-forgotten = Ich habe das Bild inzwischen aus den Augen verloren: wähl noch einmal Bild verwandeln.
refused-double = Genau das hast du schon verlangt: es ist unterwegs.
refused-gone = Dieses Ergebnis wird nicht mehr aufbewahrt: schick das Bild noch einmal.
refused-not-yours = Das kann nur, wer es verlangt hat.
refused-unknown = Das kenne ich nicht: es stammt vielleicht aus einer anderen Fassung von mir, lade Discord neu.
refused-message-stays = Die Bilder sind bei mir gelöscht, aber die Nachricht darf ich nicht löschen: bitte die Moderation darum.
refused-permission = Mir fehlt in diesem Kanal das Recht { $permission }: bitte die Leitung des Servers, es mir zu geben.
refused-server-only = Einstellungen gehören zu einem Server: benutze /settings in einem.
refused-manage-server = Einstellungen ändern darf nur, wer den Server verwalten darf.
refused-no-job = Das ist keine Job-id: sie steht am Ende des Kleingedruckten.
refused-blocked-prompt = Eines deiner Wörter ist hier nicht erlaubt: Sag es anders.
withheld-unsafe = Das Bild ist so geworden, dass es hier nicht gezeigt werden darf: Versuch einen anderen Prompt, eine kleinere Stärke oder ein anderes Bild.
withheld-but-private = Das Bild ist so geworden, dass es hier nicht allen gezeigt werden darf: Bitte noch einmal und privat darum.
withheld-unchecked = Das Bild konnte nicht geprüft werden, darum bekommt es niemand zu sehen: Versuch es in einer Minute noch einmal, und sag dem Betreiber Bescheid, wenn es so bleibt.
refused-unsafe-there = Dieses Bild darf an diesem Ort nicht gezeigt werden.
blocked-by-automod = AutoMod hat meine Nachricht mit deinem Bild zurückgehalten: versuch andere Worte oder einen anderen Kanal.

form-remix = Bild verwandeln
form-chain = Von diesem Ergebnis aus weiter
form-edit = Ändern und noch einmal
form-usemap = Diese Karte verwenden
field-prompt = Was soll daraus werden?
field-prompt-description = Das Bild, das du sehen willst, in deinen Worten
field-strength = Stärke
field-strength-description = 0 behält das Bild, 1 ignoriert es; auch subtle, balanced, strong, reimagine
field-style = Stil
field-style-description = Eine Vorlage, wenn du magst; /styles zeigt sie
field-control = Struktur, die bleibt
field-control-description = Linien, Tiefe oder Pose bleiben bei jeder Stärke; die Karte entsteht aus dem Bild
field-picture = Welches Bild?
field-picture-description = Diese Nachricht hat mehrere
field-upload = Ein anderes Bild
field-upload-description = Nur, wenn du von einem anderen ausgehen willst

queue-empty = Für dich wartet nichts.
queue-mine = **Deine Jobs**
queue-total = { $jobs ->
    [0] Niemand wartet.
    [one] Insgesamt wartet ein Job.
   *[other] Insgesamt warten { $jobs } Jobs.
 }
queue-running = läuft gerade
queue-place = Platz { $position } in der Schlange
queue-uncollected = fertig, aber ich konnte es nicht zeigen: drück Abholen
info-status = **{ $status }** · verlangt { $when } von { $name }
info-recipe = **Rezept**
info-negative = nicht: { $prompt }
info-lineage = **Woher es kommt**
info-original = das geschickte Bild
info-undelivered = Es konnte nicht gezeigt werden: { $reason }
info-none = Diese Nachricht zeigt keines meiner Ergebnisse.
status-received = angekommen
status-queued = wartet
status-running = läuft
status-succeeded = fertig
status-failed = fehlgeschlagen
status-cancelled = abgebrochen
status-refused = abgelehnt
styles-title = **Stile**: nenn einen in jedem Befehl oder schreib --style "oil painting"
help = **Ich verwandle Bilder.** Häng eines an und schreib, was daraus werden soll; die Stärke sagt, wie viel sich ändert.
    • /img2img: Bild, Prompt, Stärke (dezent 0.3, ausgewogen 0.5, kräftig 0.7, neu erfunden 0.9)
    • /sweep: dasselbe in mehreren Stärken nebeneinander
    • /refine: ein fast richtiges Bild aufpolieren
    • /map: die Struktur (Kanten, Tiefe, Pose) ansehen, die bleiben würde, dann **Karte verwenden**
    • Jedes Bild hier: sein Menü, Apps, **Bild verwandeln**
    • Oder erwähne mich mit einem Bild oder in der Antwort auf eines: ein Ölgemälde --strength 0.7 --seed 5 --no Leute
    • Unter jedem Ergebnis: andere Stärken, **Weiterführen**, **Neu würfeln**, **Ändern**, **Reihe**
    • Reaktionen auf ein Ergebnis: 🔁 neu würfeln, ✉️ schick es mir, ⭐ Kopie behalten, ❌ meines löschen oder abbrechen
    • /queue, /info, /styles, /settings, /privacy

settings-title = **Einstellungen von { $place }**
settings-server = diesem Server
settings-nothing = nichts gesetzt: es gelten die Vorgaben des Produkts
settings-saved = Gespeichert.
settings-reset = Zurück auf die Vorgaben.
setting-strength = Stärke { $value }
setting-style = Stil { $value }
setting-model = Modell { $value }
setting-models = nur die Modelle { $value }
setting-private = privat: { $value }
setting-roles = nur die Rollen { $value }
setting-channels = nur die Kanäle { $value }
setting-remix = verwandelt werden dürfen: { $value }
setting-blocked = gesperrte Wörter: { $value }
setting-yes = ja
setting-no = nein
policy-anyone = alle Bilder
policy-own = nur eigene Bilder
privacy-export = Alles, was ich über dich aufbewahre, Stand jetzt.
privacy-ask = Das löscht deine Jobs, Prompts und Bilder bei mir für immer und bricht ab, was wartet. Nachrichten in Chats bleiben, wo sie sind.
privacy-deleted = { $jobs ->
    [0] Es gab nichts zu löschen.
    [one] Gelöscht: ein Job mit seinen Bildern und Worten.
   *[other] Gelöscht: { $jobs } Jobs mit ihren Bildern und Worten.
 }
reaction-kept = Eine Kopie für dich, wie mit ⭐ gewünscht.
reaction-sent = Hier ist es.

name-sweep = reihe
name-refine = aufpolieren
name-queue = warteschlange
name-styles = stile
name-settings = einstellungen
name-privacy = datenschutz
name-help = hilfe
name-image = bild
name-strength = stärke
name-strengths = stärken
name-style = stil
name-steps = schritte
name-model = modell
name-private = privat
name-channel = kanal
name-role = rolle
describe-img2img = Aus einem Bild etwas Neues machen
describe-sweep = Ein Bild in mehreren Stärken nebeneinander
describe-refine = Ein fast richtiges Bild aufpolieren
describe-map-command = Nur die Strukturkarte zeigen, bevor gemalt wird
describe-queue = Deine wartenden Jobs und wie lang die Schlange ist
describe-info = Woraus ein Job gemacht wurde und woher er kommt
describe-styles = Die Stilvorlagen
describe-settings = Vorgaben dieses Servers oder eines Kanals
describe-privacy = Was ich über dich aufbewahre: mitnehmen oder löschen
describe-help = Wie man mich benutzt
describe-show = Was gesetzt ist
describe-set = Vorgaben ändern
describe-allow = Wer mich wo benutzen darf; leer erlaubt es wieder allen
describe-reset = Zurück auf die Vorgaben des Produkts
describe-block = Wörter, die kein Prompt hier haben darf; leer erlaubt wieder alle
describe-words = Wörter und Muster (* für beliebige Buchstaben), mit Kommas
describe-export = Eine Datei mit allem, was ich über dich aufbewahre
describe-delete = Alles löschen, was ich über dich aufbewahre
describe-image = Das Bild, von dem es ausgeht
describe-prompt = Was daraus werden soll
describe-strength = 0 behält das Bild, 1 ignoriert es; 0.5, wenn du nichts sagst
describe-strengths = Mehrere Stärken, etwa 0.3 0.5 0.7 0.9
describe-style = Eine Stilvorlage
describe-negative-prompt = Was nicht darauf sein soll
describe-seed = Derselbe Seed ergibt dasselbe Bild
describe-steps = Mehr Schritte dauern länger und können feiner sein
describe-guidance-scale = Wie genau dem Prompt zu folgen ist
describe-model = Welches Modell
describe-loras = Adapter, als Name oder Name:Gewicht
describe-only-model = Auch dieses Modell erlauben; leer erlaubt alle
describe-control = Struktur des Bildes, die bei jeder Stärke bleibt
describe-map = Eine eigene Karte dafür, etwa eine Skizze; sonst entsteht sie aus dem Bild
describe-control-scale = Wie streng die Struktur bleibt; 1, wenn du nichts sagst
describe-control-start = Struktur ab diesem Anteil der Schritte; 0 ist der erste
describe-control-end = Struktur bis zu diesem Anteil der Schritte; 1 ist der letzte
describe-private = Nur du siehst das Ergebnis; du kannst es später veröffentlichen
describe-job = Die id am Ende des Kleingedruckten
describe-remix = Wessen Bilder Mitglieder verwandeln dürfen
describe-channel = Ein Kanal statt des ganzen Servers
describe-role = Nur Mitglieder mit dieser Rolle; leer lassen für alle
describe-only-channel = Nur in diesem Kanal; leer lassen für überall
menu-remix = Bild verwandeln
menu-info = Bildinfo
