headline-received = Erhalten
headline-queued = In der Warteschlange
headline-queued-at = Platz { $position } in der Warteschlange
headline-paused-at = Vom Betreiber angehalten, Platz { $position } in der Warteschlange
headline-interrupted = Unterbrochen, wieder in der Warteschlange
headline-starting = Startet
headline-downloading = Das Modell wird heruntergeladen
headline-downloading-size = Das Modell wird heruntergeladen: { NUMBER($done, minimumFractionDigits: 1) } von { NUMBER($of, minimumFractionDigits: 1) } { $unit }
headline-downloading-left = Das Modell wird heruntergeladen: { NUMBER($done, minimumFractionDigits: 1) } von { NUMBER($of, minimumFractionDigits: 1) } { $unit }, noch etwa { $minutes } min
headline-loading = Modell wird geladen
headline-painting = Wird gemalt … { $percent } %
headline-finishing = Wird fertiggestellt
headline-drawing = Das Strukturbild wird gezeichnet
headline-done = Fertig
headline-map = Das Strukturbild
headline-cancelled = Abgebrochen
headline-unrendered = Dieses Ergebnis lässt sich gerade nicht zeigen: Es bleibt gespeichert und kommt nach meinem nächsten Start.

word-subtle = dezent
word-balanced = ausgewogen
word-strong = kräftig
word-reimagine = neu erfunden

fact-strengths = Stärken { $strengths }
fact-seed = Seed { $value }
fact-seeds = Seeds { $seeds }
fact-steps = Schritte { $value }
fact-guidance-scale = Guidance { $value }
fact-model = Modell { $value }
fact-style = Stil { $value }
fact-loras = Adapter { $value }
fact-edits = bearbeitet nach Anweisung
fact-control = Struktur { $kind }
fact-control-map = Struktur { $kind }, nach gegebenem Strukturbild
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
label-seed = { $number }: Seed { $seed }
alt-picture = { $prompt } (KI-erzeugt, Stärke { $strength })
alt-map = Strukturbild ({ $kind })
alt-preview = Vorschau, noch nicht fertig
alt-source = Ausgangsbild
alt-compare = Vorher und nachher
notify-ready = dein Bild ist fertig ↑
alt-described = { $alt }. Entstanden aus: { $description }

print-pass = Durchgang { $depth }
print-made-by-ai = mit KI gemacht
print-seconds = { $seconds } s
print-id = id { $id }

card-expected = Fertig { $when } · meist bis { $late }
slack-card-expected = Fertig gegen { $when } · meist bis { $late }
card-left = { $unit ->
    [hours] ~{ $count } Std.
    [minutes] ~{ $count } min
   *[seconds] ~{ $count } s
 }
note-animated = Es ist animiert: ich habe das erste Bild genommen.
note-kept-smaller = Das Bild wurde kleiner aufbewahrt, als es geschickt wurde, was für jede andere Stärke genügt: für alle Pixel schick es noch einmal mit Stärke 0.
note-made-smaller = Kleiner gemacht, { $size }: { $wanted } passte nicht in den Speicher des Geräts.
note-sent-as = Als { format-sent } geschickt, weil eine Datei hier höchstens { $most } MB haben darf.
note-sent-smaller = Als { format-sent } mit { $size } statt { $full } Pixeln geschickt, weil eine Datei hier höchstens { $most } MB haben darf.
format-sent = { $format ->
    [lossless] verlustfreies WebP
   *[other] { $format }
 }
note-too-large = Zu groß für diesen Kanal. Unter { button-details } gibt es das Bild als Datei.
note-thread-closed = In seinen Thread darf ich nicht schreiben, darum steht es hier.
note-sent-directly = Dort, wo du gefragt hast, ließ es sich nicht zeigen, darum kommt es direkt zu dir.
note-stays = Das Bild darf nur dort gezeigt werden, wo du darum gebeten hast: drück dort einen Knopf oder bitte dort noch einmal.
note-recipe-unread = Aus dem eingefügten Rezept gibt es hier nicht und blieb weg: { $settings }.
note-weights-unread = Gewichte wie (Wort:1.3) wirken hier nicht: die Wörter wurden ohne sie gelesen.
note-strength-used = Mit Stärke { $strength } gemacht: dieses Modell zählt die Stärke in ganzen Schritten, daher nicht mit { $wanted }.
note-lora-in-part = Vom Adapter „{ $name }“ passen { $missed } von { $all } Schichten nicht zu diesem Modell und blieben ohne Wirkung.
note-schedule-unread = Änderungen unterwegs wie [Tag:Abend:0.5] wirken hier nicht: alle Wörter wurden von Anfang an gelesen.
note-prompt-unread = Der Prompt ist zu lang für dieses Modell. Nicht gelesen: „{ $words }“.
note-negative-unread = Der negative Prompt ist zu lang für dieses Modell. Nicht gelesen: „{ $words }“.
note-negative-unguided = Der negative Prompt wirkt nicht bei Guidance { $guidance }: nimm mehr, zum Beispiel 5.
note-negative-idle = Der negative Prompt wirkt nicht beim Modell { $model }.

button-subtle = Dezent { $strength }
button-balanced = Ausgewogen { $strength }
button-strong = Kräftig { $strength }
button-reimagine = Neu erfinden { $strength }
button-chain = Weiterführen
button-keep-at = Behalten { $mark }
button-keep = Behalten
button-compare = Vergleichen
button-original = Original
menu-styles = Stil auswählen …
menu-chain = Weiterführen ab …
button-reroll = Neu würfeln
button-edit = Ändern
button-sweep = Vergleich
button-details = Einzelheiten
button-delete = Löschen
button-cancel = Abbrechen
button-showmap = Strukturbild zeigen
button-usemap = Strukturbild verwenden
button-askmap = Strukturbild verwenden
button-publish = Veröffentlichen
button-publishopen = Ohne Spoiler veröffentlichen
button-collect = Abholen
button-erase = Löschen
button-leave = Behalten
button-take = { $style } nehmen
button-pick = Bild auswählen
button-report = Melden
button-ban = 7 Tage sperren
button-dismiss = Verwerfen
button-thread = In einem Thread weiter
button-forget = Alles löschen

advice-ai-picture = Tipp: Ein Bild von einer KI poliert man am besten mit Stärke 0,35 auf.
advice-low-contrast = Tipp: Das Ausgangsbild hat wenig Kontrast und gibt so wenig Halt; hell es auf oder nimm mehr Stärke.
advice-faint = Tipp: Bei Stärke { $strength } sieht man wenig von einem Stil; versuch { $usual }.
advice-fierce = Tipp: Bei Stärke { $strength } bleibt vom Ausgangsbild fast nichts; versuch { $usual }.
advice-no-style = Tipp: Nenn einen Stil, zum Beispiel oil painting. Siehe /styles.

refused-our-fault = Bei mir ging etwas schief: versuch es in einer Minute noch einmal.
refused-busy = Der Chat nimmt meine Antwort gerade nicht an: versuch es in einer Minute noch einmal.
refused-no-prompt = Schreib, was aus dem Bild werden soll, zum Beispiel „ein Ölgemälde“.
refused-no-picture = Ich sehe kein Bild. Häng eines an, antworte auf eine Nachricht mit einem, oder wähl hier eines aus.
refused-no-picture-there = Diese Nachricht hat kein Bild, das ich verwenden kann: wähl eine mit Foto, Zeichnung oder Ergebnis.
refused-sticker = Sticker kann ich nicht verwenden. Schick ein Bild als Datei.
refused-withheld = Discord zeigt mir dieses Bild nicht. Wähl es hier aus, oder öffne sein Menü, Apps, { menu-remix }.
refused-role-withheld = Nachrichten, die meine Rolle nennen, zeigt mir Discord nicht: erwähn mich selbst, den Eintrag mit dem App-Zeichen.
refused-several-pictures = Es sind { $count } Bilder: schick eines oder wähl mit Apps, { menu-remix }.
refused-several-results = In dieser Nachricht sind { $count } Ergebnisse: wähl darunter eines bei „{ menu-chain }“.
refused-form-forgotten = Dieses Formular ist abgelaufen. Wähl noch einmal { menu-remix }.
refused-wish-gone = Das ist zu lange her: frag noch einmal.
refused-form-gone = Das Formular habe ich nicht mehr: öffne ein neues, was du geschrieben hast, steht in meiner Absage.
refused-double = Genau das läuft schon.
refused-gone = Dieses Ergebnis wird nicht mehr aufbewahrt: schick das Bild noch einmal.
refused-not-yours = Das kann nur, wer es angefragt hat.
refused-unknown = Dieser Knopf ist veraltet. Lade den Chat neu und versuch es noch einmal.
refused-this-one = Das ist genau dieses hier: wähl eine andere Stärke.
refused-message-stays = Die Bilder sind bei mir gelöscht, aber die Nachricht darf ich nicht löschen: bitte die Moderation darum.
refused-unsent = Ich konnte dir nicht schreiben: erlaube Direktnachrichten von Mitgliedern dieses Servers und versuch es dann noch einmal.
refused-permission = Mir fehlt in diesem Kanal das Recht { $permission }: bitte die Admins des Servers, es mir zu geben.
refused-thread = Ich konnte hier keinen Thread öffnen; es bleibt im Kanal.
refused-thread-permission = Mir fehlt in diesem Kanal das Recht { $permission }, darum bleibt es hier: bitte die Admins des Servers, es mir zu geben.
refused-server-only = Einstellungen gehören zu einem Server: benutze /settings in einem.
refused-shown-alone = Was du hier machst, darf ich nur dir zeigen: frag die Admins des Servers.
refused-paused = Ich bin hier angehalten. Die Moderation kann mich in den Einstellungen fortsetzen.
refused-banned = Die Moderation hier hat dich gesperrt: komm in { span } wieder.
refused-no-moderator = Das kann nur die Moderation.
refused-no-log = Die Admins haben keinen Kanal für Meldungen genannt. Sag es der Moderation direkt.
refused-log-unwritable = In den Kanal für Meldungen kann ich nicht schreiben. Sag es der Moderation direkt.
refused-reported = Das hast du schon gemeldet.
refused-days = Eine Sperre dauert 1 bis 365 Tage.
refused-manage-server = Einstellungen ändern darf nur, wer den Server verwalten darf: frag dort nach.
refused-no-job = Das ist keine Job-ID. Du findest die ID unter { button-details }.
refused-blocked-prompt = Eines deiner Wörter ist hier nicht erlaubt: sag es anders.
withheld-unsafe = Das Ergebnis ist in diesem Kanal nicht erlaubt. Versuch einen anderen Prompt, eine kleinere Stärke oder ein anderes Bild.
withheld-but-private = Das Ergebnis darf hier nicht allen gezeigt werden. Frag es noch einmal privat an.
withheld-unchecked = Das Bild konnte nicht geprüft werden, darum bekommt es niemand zu sehen: versuch es in einer Minute noch einmal, und sag dem Betreiber Bescheid, wenn es so bleibt.
refused-unsafe-there = Dieses Bild darf an diesem Ort nicht gezeigt werden: sieh es dir dort an, wo es angefragt wurde.
blocked-by-automod = AutoMod hat meine Nachricht mit deinem Bild zurückgehalten: versuch andere Worte oder einen anderen Kanal.

span = { $unit ->
    [days] { $count ->
        [one] 1 Tag
       *[other] { $count } Tagen
     }
    [hours] { $count ->
        [one] 1 Stunde
       *[other] { $count } Stunden
     }
    [minutes] { $count ->
        [one] 1 Minute
       *[other] { $count } Minuten
     }
   *[seconds] { $count ->
        [one] 1 Sekunde
       *[other] { $count } Sekunden
     }
 }
refused-storage = Ich kann gerade nichts speichern: versuch es in ein paar Minuten noch einmal.
refused-restarting = Ich starte gerade neu: versuch es in einer Minute noch einmal.
refused-draining = Ich nehme gerade nichts Neues an, weil mein Betreiber gleich an mir arbeitet: Was wartet, wird noch gemacht. Komm später wieder.
refused-queue-full = Die Warteschlange ist voll: komm in { span } wieder.
refused-pending = Du hast schon { $pending } von { $most } Jobs in der Warteschlange: warte, bis einer fertig ist, oder brich einen ab.
refused-waiting = Es warten schon { $most } Anfragen von dir, die ich noch nicht angesehen habe: warte auf meine Antworten darauf.
refused-more-than-a-request = Eine Anfrage ist hier für höchstens { $most } Bilder, diese ist für { $asked }: frag weniger an.
refused-more-than-a-day = Du darfst { $most } Bilder in 24 Stunden haben und hast { $asked } angefragt: frag weniger an.
refused-day = Das wären mehr als deine { $most } Bilder in 24 Stunden: komm in { span } wieder.
refused-too-many-refused = { $most } deiner Bilder oder Texte wurden in den letzten zehn Minuten abgelehnt: komm in { span } wieder.
refused-channel = In diesem Kanal darf man mich nicht benutzen: frag, wo, oder bitte die Admins, es zu erlauben.
refused-role = Dafür brauchst du hier eine Rolle: frag die Admins, welche.
refused-source-hidden = Das Ausgangsbild ist von einem anderen Mitglied und nicht für alle.
refused-source-strength = Das Ausgangsbild ist von einem anderen Mitglied und nicht für alle: nimm Stärke { $least } oder mehr.
refused-others-picture = Hier darfst du nur deine eigenen Bilder verwandeln: häng selbst eines an.
refused-not-yours-nor-moderator = Das kann nur, wer es angefragt hat, oder die Moderation.
refused-job-unknown = Diesen Job gibt es hier nicht, er ist vielleicht zu alt. Du findest die ID unter { button-details }.
refused-ended = Dieser Job ist schon zu Ende: es gibt nichts mehr abzubrechen.
refused-picture-gone = Dieses Bild wird nicht mehr aufbewahrt: schick es noch einmal.
refused-published = Es ist dort schon veröffentlicht.
refused-strength = Die Stärke geht von 0 (das Bild, wie es ist) bis 1 (das Bild wird ignoriert); du hast { $given } angegeben.
refused-strength-word = Die Stärke ist eine Zahl von 0 bis 1 oder eines von { word-subtle }, { word-balanced }, { word-strong }, { word-reimagine }; du hast „{ $given }“ geschrieben.
refused-sweep = Ein Vergleich hat 1 bis { $most } Stärken; du hast { $given } angegeben.
refused-seed = Ein Seed ist eine ganze Zahl von 0 bis { $most }; du hast { $given } angegeben.
refused-count = Die Anzahl ist eine ganze Zahl von { $least } bis { $most }; du hast { $given } angegeben.
refused-steps = Erlaubt sind { $least } bis { $most } Schritte; du hast { $given } angegeben.
refused-guidance-scale = Die Guidance geht von 0 bis { $most }; du hast { $given } angegeben.
refused-prompt-long = Der Prompt hat { $length } Zeichen, erlaubt sind höchstens { $most }: kürze ihn.
refused-negative-prompt-long = Der negative Prompt hat { $length } Zeichen, erlaubt sind höchstens { $most }: kürze ihn.
refused-style = Den Stil „{ $style }“ gibt es hier nicht. Meintest du { $near }? Siehe /styles.
refused-model = Das Modell „{ $model }“ gibt es hier nicht. Verfügbar: { $models }.
refused-model-here = Das Modell „{ $model }“ darf hier nicht benutzt werden: es gibt { $models }.
refused-sweep-of-editor = Das Modell „{ $model }“ arbeitet nach Anweisung und kennt keine Stärke: frag ein einzelnes Bild an.
refused-alike-strengths = Das Modell „{ $model }“ zählt die Stärke in ganzen Schritten, und bei { $steps } Schritten ergeben einige dieser Stärken dasselbe Bild: nimm andere Stärken oder mehr Schritte.
refused-lora = Ein Adapter heißt Name oder Name:Gewicht, mit einem Gewicht von -{ $most } bis { $most }; du hast „{ $given }“ geschrieben.
refused-lora-none = Das Modell „{ $model }“ hat keine Adapter: lass sie weg, oder wähl ein anderes Modell.
refused-lora-unknown = Das Modell „{ $model }“ hat keinen Adapter „{ $name }“: es gibt { $names }.
refused-loras = Ein Bild nimmt höchstens { $most } Adapter; du hast { $given } genannt.
refused-control-scale = Die Strukturstärke geht von 0 bis { $most }; du hast { $given } angegeben.
refused-control-start = Die Struktur beginnt bei einem Anteil der Schritte von { $least } bis { $most }; du hast { $given } angegeben.
refused-control-end = Die Struktur endet bei einem Anteil der Schritte von { $least } bis { $most }; du hast { $given } angegeben.
refused-control-span = Struktur beginnt und endet bei Anteilen der Schritte von 0 bis 1, der Anfang vor dem Ende; du hast { $start } und { $end } angegeben.
refused-control-unnamed = Sag, für welche Struktur das gilt: { $kinds }.
refused-control-unknown = Die Struktur „{ $given }“ gibt es hier nicht: es gibt { $kinds }.
refused-control-elsewhere = Das Modell „{ $model }“ kann { $kind } nicht erhalten: wähl dafür das Modell { $models }.
refused-control-other = Das Modell „{ $model }“ kann { $kind } nicht erhalten: wähl aus { $kinds }.
refused-control-none = Das Modell „{ $model }“ kann keine Struktur erhalten: lass sie weg, oder bitte den Betreiber des Bots um ein Modell der Familien Stable Diffusion, FLUX.1 oder Qwen-Image mit ControlNets.
refused-map = Das Strukturbild lässt sich nicht verwenden. { $why }
refused-map-gone = Dieses Strukturbild wird nicht mehr aufbewahrt: gib es noch einmal an.
refused-map-unnamed = Sag, welches Strukturbild ich zeichnen soll: { $kinds }.
refused-blocklist-long = Eine Sperrliste hat höchstens { $most } Einträge; du hast { $given } angegeben.
refused-blocklist-entry-long = Ein Eintrag einer Sperrliste hat höchstens { $most } Zeichen: kürze ihn.
refused-blocklist-entry = Ein Eintrag einer Sperrliste braucht einen Buchstaben oder eine Ziffer: * und ? allein würden alles sperren.
refused-flag-empty = Nach --{ $flag } fehlt ein Wert.
refused-flag-map = --map geht hier nicht: das Strukturbild allein zeichnet /map.
refused-flag-twice = --{ $flag } steht mehrmals da, mit verschiedenen Werten: lass nur eine Angabe stehen.
refused-flag-unknown = Die Angabe --{ $flag } gibt es nicht; meinst du --{ $near }?
refused-fetch = Ich konnte das Bild nicht holen, sein Server hat nicht geantwortet: schick es noch einmal.
refused-fetch-status = Ich konnte das Bild nicht holen (sein Server hat { $status } geantwortet): schick es noch einmal.
refused-elsewhere = Ich nehme nur Bilder, die hier hochgeladen wurden: häng die Datei selbst an.
refused-file-larger = Diese Datei ist größer als { $most } MB: schick eine kleinere.
refused-file-size = Diese Datei hat { $size } MB, erlaubt sind höchstens { $most } MB: schick sie kleiner oder als JPEG.
refused-empty = Diese Datei ist leer: schick das Bild noch einmal.
refused-cannot-open = Ich kann gerade keine Bilder öffnen: versuch es in einer Minute noch einmal.
refused-broke-off = Das Öffnen dieses Bildes dauerte zu lange oder brach ab: speicher es neu als einfaches PNG oder JPEG, oder kleiner.
refused-unusable = Dieses Bild lässt sich nicht verwenden: speicher es neu als einfaches PNG oder JPEG.
refused-memory = Dieses Bild braucht zum Öffnen mehr Speicher, als es hier haben darf: schick es mit weniger Pixeln.
refused-pixels = Dieses Bild hat { $megapixels } Megapixel ({ $size }), erlaubt sind höchstens { $most }: schick es verkleinert.
refused-small = Dieses Bild hat { $size } Pixel, jede Seite braucht mindestens { $least }: schick ein größeres.
refused-narrow = Dieses Bild hat { $size } Pixel, es ist mehr als { $most }-mal so lang wie breit: schick einen Ausschnitt.
refused-cut-off = Dieses { $format } ist unvollständig. Schick die ganze Datei noch einmal.
refused-damaged = Dieses { $format } ist beschädigt und nicht lesbar: speicher es neu und schick das.
refused-jpeg-bits = Dieses JPEG hat { $bits } Bit je Farbe: speicher es mit 8, als gewöhnliches JPEG, und schick das.
refused-jpeg-kind = Dieses JPEG ist von einer seltenen Art, die ich nicht lesen kann (verlustfrei oder hierarchisch): speicher es als gewöhnliches JPEG oder PNG.
refused-jpeg-scans = Dieses JPEG baut sein Bild in mehr als { $most } Durchgängen auf, oder in zu vielen für seine Größe: speicher es neu als gewöhnliches JPEG.
refused-heic = Das ist ein HEIC-Foto, das ich hier nicht öffnen kann: schick einen Screenshot davon oder lass dein iPhone JPEG speichern unter Einstellungen, Kamera, Formate, „Maximale Kompatibilität“.
refused-web-page = Dieser Link führt zu einer Webseite, nicht zu einem Bild; vielleicht braucht sie eine Anmeldung. Speicher das Bild und schick die Datei.
refused-no-format = In dieser Datei erkenne ich kein Bild: schick ein PNG, JPEG oder WebP.
refused-format = Das ist { format-name }; ich nehme PNG, JPEG, WebP, GIF, BMP, AVIF und HEIC: { format-mend }.
format-name = { $kind ->
    [raw] eine RAW-Datei einer Kamera
    [TIFF] ein TIFF oder eine RAW-Datei einer Kamera
    [Photoshop] eine Photoshop-Datei (PSD)
    [GIMP] eine GIMP-Datei (XCF)
    [PostScript] eine PostScript-Datei (EPS)
    [SVG] eine SVG-Zeichnung
    [ZIP] ein ZIP-Archiv oder ein Dokument
    [packed] ein gepacktes Archiv
    [video] ein Video
    [sound] eine Tondatei
    [sound-or-video] eine Ton- oder Videodatei
   *[other] ein { $kind }
 }
format-mend = { $kind ->
    [SVG] exportiere es als PNG und schick das
    [PDF] schick die Seite als PNG-Bild
    [video] schick ein einzelnes Bild daraus als PNG
    [ZIP] schick das Bild selbst, nicht gepackt
    [packed] schick das Bild selbst, nicht gepackt
   *[other] speicher es in einem davon und schick es noch einmal
 }

refused-slack-no-picture = Ich sehe hier kein Bild: häng eines an deine Nachricht an, erwähne mich im Thread von einem oder benutze /img2img.
refused-slack-no-picture-there = In dieser Nachricht ist kein Bild: wähl eine mit Bild oder benutze /img2img.
refused-slack-thread = Ich kann diesen Thread nicht lesen: lade mich mit /invite ein oder häng das Bild an deine Nachricht an.
refused-slack-thread-scope = Ich darf diesen Thread nicht lesen ({ $scope } fehlt): häng das Bild an deine Nachricht an.
refused-slack-thread-busy = Slack ist überlastet und hat mir den Thread nicht gezeigt: häng das Bild an deine Nachricht an oder versuch es bald noch einmal.
refused-slack-file = Ich kann diese Datei nicht sehen: lade mich mit /invite in ihren Kanal ein oder benutze /img2img und füg das Bild dort hinzu.
refused-slack-file-busy = Slack ist überlastet und hat mir das Bild nicht gegeben: versuch es in einer Minute noch einmal.
refused-slack-login = Slack hat mich diese Datei nicht lesen lassen: lade mich mit /invite in ihren Kanal ein; hilft das nicht, bitte die Admins dieses Workspace, mich mit dem Recht files:read neu zu installieren.
refused-slack-shared = Eine andere Organisation hat diese Datei geteilt und ich darf sie nicht lesen: lade sie hier selbst hoch.
refused-slack-outside = Diese Datei liegt außerhalb von Slack und ich nehme nur Hochgeladenes: lade sie hier hoch.
refused-slack-deleted = Diese Datei wurde gelöscht: lade sie noch einmal hoch.
refused-slack-hidden = Diese Datei ist älter, als Slacks kostenloser Tarif zugänglich hält: lade sie noch einmal hoch.
refused-not-a-picture = Diese Datei ist kein Bild: schick ein PNG, JPEG oder WebP.
refused-slack-several-pictures = Es sind { $count } Bilder: schick das, das du meinst, allein.
refused-slack-no-controls = Kein Modell hier kann Struktur erhalten: bitte den Betreiber des Bots um ein ControlNet.
refused-map-kind-missing = Wähl, was das Strukturbild zeigt.
refused-slack-button = Dieser Knopf ist veraltet. Benutze stattdessen /img2img.
refused-slack-unpublishable = Es gibt kein Bild mehr, das sich veröffentlichen ließe.
refused-slack-no-channel = Es wurde nicht in einem Kanal angefragt, also gibt es keinen, um es dort zu veröffentlichen.
refused-slack-unpublished = Ich konnte es nicht veröffentlichen ({ $reason }): lade mich mit /invite in diesen Kanal ein.
refused-slack-unsent = Ich konnte dir nicht schreiben ({ $reason }): beginn zuerst eine Unterhaltung mit mir.
refused-slack-admins = Einstellungen dieses Workspace ändern nur seine Admins: bitte einen von ihnen.
refused-no-upload = Das Bild fehlt: öffne das Formular noch einmal und füg es hinzu.
refused-add-picture = Füg das Bild hinzu, von dem es ausgehen soll: PNG, JPEG oder WebP.
refused-slack-whole = Bitte eine ganze Zahl von { $least } bis { $most }; du hast „{ $given }“ geschrieben.
refused-slack-number = Bitte eine Zahl von 0 bis { $most }; du hast „{ $given }“ geschrieben.
refused-slack-too-late = Slack hat mir zu wenig Zeit gelassen, das zu öffnen: versuch es noch einmal.
refused-slack-busy = Slack ist überlastet: versuch es in einer Minute noch einmal.
refused-slack-elsewhere = In dieser Unterhaltung kann ich das nicht: lade mich mit /invite ein oder benutze /img2img.
refused-slack-scope = Mir fehlt das Recht { $scope }: bitte die Admins dieses Workspace, mich neu zu installieren.
refused-slack-files = Hier dürfen keine Dateien geteilt werden: bitte die Admins dieses Workspace, es zu erlauben.
refused-slack-refused = Slack hat das abgelehnt ({ $reason }): versuch es noch einmal, und sag dem Betreiber Bescheid, wenn es so bleibt.
note-slack-not-uploaded = Das Bild ist fertig, aber ich darf es hier nicht hochladen ({ $reason }): bitte die Admins dieses Workspace, es zu erlauben.
note-slack-below = Slack zeigt das Bild hier nicht an: es steht darunter, im Thread.
note-slack-moved = { $where ->
    [people] In einer Direktnachricht zwischen Menschen kann ich nicht schreiben, darum kommt das nur zu dir.
   *[channel] Ich konnte das im Kanal nicht zeigen, darum kommt es nur zu dir. Bin ich nicht darin, lade mich mit /invite ein.
 }
slack-answered-alone = { $where ->
    [people] In einer Direktnachricht zwischen Menschen kann ich nicht schreiben, darum kommt dein Bild in unsere eigene Unterhaltung.
   *[channel] Ich kann dein Bild in diesem Kanal nicht zeigen, darum kommt es in unsere eigene Unterhaltung. Bin ich nicht im Kanal, lade mich mit /invite ein.
 }
slack-published = Im Kanal veröffentlicht.
slack-saved = { $scope ->
    [channel] Die Einstellungen dieses Kanals sind gespeichert.
   *[workspace] Die Einstellungen dieses Workspace sind gespeichert.
 }
slack-close = Schließen
page-privacy = Datenschutz
slack-privacy-kept = Ich bewahre die Bilder auf, die du schickst und machst, deine Prompts und was du gedrückt hast, damit du sie wiederholen und weiterführen kannst. Sie verschwinden von selbst nach der Zeit, die der Betreiber dieses Bots gesetzt hat. Niemand trainiert damit.
slack-export = Schick mir alles
slack-packing = Es wird gepackt und kommt als Direktnachricht.
slack-forget-title = Alles löschen?
slack-keep = Behalten
slack-remix = Bild verwandeln
slack-team-settings = Team-Einstellungen
home-results = Deine letzten Ergebnisse
home-no-results = Noch nichts: verwandle ein Bild oder schick mir eines mit ein paar Worten.
home-quota = { $most ->
    [0] { $pictures } Bilder in den letzten 24 Stunden
   *[other] { $pictures } von { $most } Bildern in den letzten 24 Stunden
 }
slack-hello = Schick mir ein Bild mit ein paar Worten, zum Beispiel „mach ein Ölgemälde daraus --strength 0.7“, oder erwähne mich im Thread eines Bildes. /img2img öffnet ein Formular, /help sagt mehr.
slack-styles-show = Zeig mir Bilder
styles-coming = Die Bilder kommen als Direktnachricht zu dir.
styles-sent = Alle Stile mit je einem Bild stehen im Thread dieser Nachricht.
slack-sent-directly = Ich habe es dir direkt geschickt.
confirm-delete-title = Dieses Ergebnis löschen?
confirm-delete-what = Bilder und Nachricht verschwinden endgültig.
slack-here = diese Unterhaltung
slack-settings-whose = Aktuelle Einstellungen. Die Admins des Workspace können sie ändern.

failed-too-often = Dieser Job hat den Worker zu oft zum Absturz gebracht und wurde gestoppt. Versuch ein anderes Bild oder einen anderen Prompt.
failed-interrupted = Dieser Job wurde zu oft unterbrochen und gestoppt: versuch ein anderes Bild oder einen anderen Prompt.
failed-source-unreadable = Das Ausgangsbild ließ sich nicht lesen: schick es noch einmal.
failed-model-too-large = Das Modell „{ $model }“ passt nicht in den Speicher: nimm ein anderes.
failed-picture-too-large = Dem Gerät ging bei { $size } und auch bei kleineren Größen der Speicher aus: schick ein kleineres Bild.
failed-not-saved = Das Ergebnis ließ sich nicht speichern ({ $reason }): sag dem Betreiber des Bots Bescheid.
failed-model-unable = Das Modell „{ $model }“ kam damit nicht zurecht: versuch andere Einstellungen; das Protokoll sagt mehr.
failed-model-not-offered = Das Modell „{ $model }“ gibt es hier nicht: wähl aus { $models }.
failed-model-unavailable = Dieses Modell lässt sich nicht verwenden: nimm ein anderes, oder gib das dem Betreiber des Bots weiter: { $reason }
failed-too-many-steps = Das Modell „{ $model }“ kann keine { $steps } Schritte machen: versuch weniger.
failed-overflow = Rechenfehler (Überlauf) im Modell „{ $model }“: versuch eine niedrigere Guidance oder andere Worte.
failed-no-lines = Das Bild zeigt keine Linien für { $kind }: schick eines mit klaren Kanten oder ein eigenes Strukturbild.
failed-no-depth = Das Bild zeigt keine Tiefe: schick ein anderes oder ein eigenes Strukturbild.
failed-no-person = Das Bild zeigt keinen Menschen: wähl eine andere Struktur, oder schick ein Strukturbild der Pose.
failed-map-unreadable = Das Strukturbild ließ sich nicht lesen: schick es noch einmal.
failed-map-blank = Das Strukturbild für { $kind } ist leer: schick eines, das zeigt, was bleiben soll.
failed-map-unnamed = Ohne Struktur gibt es kein Strukturbild: sag, welche Struktur es zeigt.
failed-no-map-model = Für { $kind } ist hier kein Modell eingerichtet: schick ein eigenes Strukturbild, oder wähl eine andere Struktur.
failed-map-model-broken = Das Modell „{ $model }“ für { $kind } lässt sich nicht laden ({ $reason }): der Betreiber des Bots muss control.{ $kind }_model korrigieren.
failed-no-control = Das Modell „{ $model }“ kann { $kind } nicht erhalten: Struktur bleibt nur mit Modellen der Familien Stable Diffusion, FLUX.1 und Qwen-Image; lass sie weg, oder wähl eines von diesen.
failed-control-not-offered = Das Modell „{ $model }“ kann { $kind } nicht erhalten: { $kinds ->
    [none] es kann gar keine Struktur erhalten.
   *[other] erhalten kann es { $kinds }.
 }
failed-no-network = Dieses Modell kann { $kind } nicht erhalten: ihm fehlt das ControlNet dafür.
failed-network-none = Das ControlNet „{ $network }“ ist keines: der Betreiber des Bots muss den Eintrag korrigieren.
failed-network-broken = Das ControlNet „{ $network }“ lässt sich nicht laden ({ $reason }): der Betreiber des Bots muss den Eintrag korrigieren.
failed-network-foreign = Das ControlNet „{ $network }“ ist für andere Modelle gemacht: der Betreiber des Bots muss den Eintrag korrigieren.
failed-no-loras = Das Modell „{ $model }“ nimmt keine Adapter: lass sie weg, oder nimm ein anderes.
failed-lora-unknown = Das Modell „{ $model }“ hat keinen Adapter „{ $name }“: { $names ->
    [none] es gibt keine.
   *[other] es gibt { $names }.
 }
failed-lora-foreign = Der Adapter „{ $name }“ ist für eine andere Art von Modell gemacht als „{ $model }“: lass ihn weg.
failed-lora-kind = Der Adapter „{ $name }“ ist ein { $kind }, das sich für „{ $model }“ nicht laden lässt: lass ihn weg, oder nimm ein LoRA.
failed-lora-words-only = Vom Adapter „{ $name }“ passt nur der Teil für den Textencoder zu „{ $model }“, nicht der, der malt: er ist für eine andere Art von Modell gemacht, lass ihn weg.
failed-lora-no-words = Vom Adapter „{ $name }“ passt der Teil für den Textencoder nicht zu „{ $model }“: lass ihn weg.
failed-lora-not-here = Der Adapter „{ $name }“ lässt sich nicht verwenden, er ist nicht auf diesem Rechner und der Hub lieferte ihn nicht: lass ihn weg, und sag dem Betreiber des Bots Bescheid.
failed-lora-lost = Der Adapter „{ $name }“ lässt sich nicht verwenden, es gibt keine solche Datei, keinen solchen Ordner und kein Hub-Repository mit einer .safetensors-Datei: lass ihn weg, und sag dem Betreiber des Bots Bescheid.
failed-lora-broken = Der Adapter „{ $name }“ lässt sich nicht verwenden, seine Datei ist kaputt oder keine safetensors-Datei: lass ihn weg, und sag dem Betreiber des Bots Bescheid.
failed-lora-empty = Der Adapter „{ $name }“ lässt sich nicht verwenden, seine Datei { $file } ist leer: lass ihn weg, und sag dem Betreiber des Bots, er soll sie neu holen.
failed-lora-pointer = Der Adapter „{ $name }“ lässt sich nicht verwenden, seine Datei { $file } ist nur ein Verweis von Git LFS und nicht die Datei selbst: lass ihn weg, und sag dem Betreiber des Bots, er soll sie neu holen.
failed-lora-page = Der Adapter „{ $name }“ lässt sich nicht verwenden, seine Datei { $file } ist eine Webseite und nicht die Datei selbst: lass ihn weg, und sag dem Betreiber des Bots, er soll sie neu holen.
failed-lora-unfinished = Der Adapter „{ $name }“ lässt sich nicht verwenden, seine Datei { $file } wird noch heruntergeladen: lass ihn weg, bis sie da ist.
failed-lora-forbidden = Der Adapter „{ $name }“ lässt sich nicht verwenden, der Bot darf seine Datei { $file } nicht lesen: lass ihn weg, und sag dem Betreiber des Bots, er soll es erlauben.

form-remix = Bild verwandeln
form-chain = Hiervon aus weiter
form-edit = Ändern und noch einmal
form-usemap = Strukturbild verwenden
form-strength-usual = Die des Stils, sonst { $strength }
form-strength-place = { $strength }, wie hier üblich
form-strength-refine = { $strength }, zum Aufpolieren
form-strength-kept = wie es war
strength-about-subtle = behält fast alles vom Bild
strength-about-balanced = anderer Stil, alles bleibt am Platz
strength-about-strong = behält die Umrisse
strength-about-reimagine = behält wenig vom Bild
field-prompt = Was soll daraus werden?
field-prompt-description = Das Bild, das du sehen willst, in deinen Worten
field-strength = Stärke
field-strength-description = Wie viel sich ändert. Andere Zahlen: --strength 0,62 hinter deine Worte.
field-exact-strength = Eine andere Stärke
field-exact-strength-description = Eine Zahl von 0 bis 1; sie geht der Auswahl oben vor
field-style = Stil
field-style-description = Eine Stilvorlage, wenn du magst; /styles zeigt alle mit Bildern
field-control = Struktur, die bleibt
field-control-description = Linien, Tiefe oder Pose bleiben bei jeder Stärke; das Strukturbild entsteht aus dem Bild
field-picture = Welches Bild?
field-picture-description = Diese Nachricht hat mehrere
field-upload = Ein anderes Bild
field-upload-description = Nur, wenn du von einem anderen ausgehen willst
form-sweep = Stärken im Vergleich
form-refine = Bild aufpolieren
form-map = Strukturbild zeichnen
form-submit = Erstellen
form-submit-map = Zeichnen
form-again = Formular wieder öffnen
form-advanced = Mehr Optionen
form-about-message = Arbeitet mit dem Bild dieser Nachricht.
form-about-chain = Macht mit diesem Ergebnis einen Durchgang weiter.
form-about-edit = Arbeitet mit demselben Ausgangsbild wie dieses Ergebnis.
form-about-usemap = Arbeitet mit dem Bild, für das dieses Strukturbild gezeichnet wurde, und behält es.
form-prompt-later = Was daraus werden soll; das kannst du auch später sagen, beim Strukturbild.
form-range = { $least } bis { $most }
form-settings = Einstellungen
form-save = Speichern
choice-no-style = Kein Stil
choice-no-model = Das übliche
choice-no-usual-style = Keine Vorgabe
choice-no-usual-model = Das des Produkts
choice-no-language = Wie der Chat sie hat
choice-no-results = Wie es jedes Mitglied will
choice-no-whose = Keine Regel
choice-no-threads = Wie hier üblich
results-private = Erst nur für den Anfragenden
results-threads = Im Kanal, Wiederholungen in einem Thread
results-public = Im Kanal
scope-workspace = Der ganze Workspace
scope-channel = Nur dieser Kanal
field-strengths = Stärken
field-negative-prompt = Weglassen
field-seed = Seed
field-count = Bilder
field-steps = Schritte
field-guidance-scale = Guidance
field-model = Modell
field-loras = Adapter
field-control-scale = Wie streng sie bleibt
field-control-start = Bleibt von
field-control-end = Bleibt bis
field-private = Erst nur für mich
field-map = Ein eigenes Strukturbild
field-source = Bild
field-source-description = PNG, JPEG, WebP, AVIF oder HEIC, höchstens 10 MB
field-scope = Für
field-usual-strength = Übliche Stärke
field-usual-strength-description = Eine Zahl von 0 bis 1 oder ein Wort wie kräftig; leer gilt die des Produkts
field-usual-style = Üblicher Stil
field-usual-model = Übliches Modell
field-language = Sprache öffentlicher Nachrichten
field-log = Kanal für Meldungen
field-log-description = Dort liest die Moderation, was Mitglieder melden.
field-paused = Angehalten
field-paused-description = Vorerst kann mich dort niemand benutzen
field-refusals = Abgelehnte Prompts
field-refusals-description = Für jeden eine Zeile im Kanal der Meldungen, ohne seine Wörter
field-ban = Mitglieder sperren
field-ban-description = Sie können mich in diesem Workspace 7 Tage lang nicht benutzen.
field-banned = Gesperrte Mitglieder
field-banned-description = Nimm eines weg, um es wieder zuzulassen.
field-results = Ergebnisse
field-whose = Wessen Bilder man verwandeln darf
field-threads = Neue Fassungen eines Ergebnisses
field-blocked = Wörter, die kein Prompt haben darf
field-blocked-description = Eins je Zeile oder mit Kommas; * steht für beliebige Buchstaben. Mitglieder sehen die Liste nicht.
field-channels = Kanäle, in denen man mich verwenden darf
field-channels-description = Leer erlaubt alle Kanäle.
field-models = Modelle, die man verwenden darf
field-models-description = Leer erlaubt alle Modelle.
choice-no-control = { control-none }

queue-empty = Von dir ist nichts in der Warteschlange.
queue-mine = Deine Jobs
queue-total = { $jobs ->
    [0] Die Warteschlange ist leer.
   *[other] { $jobs } in der Warteschlange
 }
queue-devices = { $working ->
    [0] Gerade macht kein Gerät Bilder; was wartet, bleibt erhalten und wird gemacht, sobald eines wieder da ist.
   *[other] { $working } von { $devices } Geräten machen Bilder.
 }
queue-running = läuft gerade
queue-place = Platz { $position } in der Warteschlange
queue-paused = vom Betreiber angehalten, Platz { $position } in der Warteschlange
queue-ready = Platz { $position } in der Warteschlange, fertig { $when }
moment-ahead = in etwa { span }
moment-ago = vor { span }
queue-uncollected = fertig, aber ich konnte es nicht zeigen: drück Abholen
info-status = **{ $status }** · angefragt { $when } von { $name }
info-negative = nicht: { $prompt }
info-made = { $what }: { $size }, { $steps } Schritte in { $seconds } s
info-hidden = ein Bild eines anderen Mitglieds
info-lineage = Verlauf
info-original = das gesendete Bild
info-undelivered = Es konnte nicht gezeigt werden: { $reason }
info-none = Diese Nachricht zeigt keines meiner Ergebnisse: wähl eine mit einem.
report-title = Meldung
refusal-title = Ein Prompt wurde abgelehnt
refusal-by = Angefragt von { $name }
report-by = Gemeldet von { $name }
report-asked = Angefragt von { $name } { $when }
report-sent = Gemeldet. Die Moderation sieht es jetzt.
thread-opened = Was aus diesem Bild gemacht wird, kommt ab jetzt in seinen Thread.
thread-there = Dein Bild kommt in seinen Thread.
ban-done = { $name } kann mich hier bis { $until } nicht benutzen.
status-received = erhalten
status-queued = wartet
status-running = läuft
status-succeeded = fertig
status-failed = fehlgeschlagen
status-cancelled = abgebrochen
status-refused = abgelehnt
styles-title = **Stile**: wähl einen und häng ein Bild an, oder schreib irgendwo --style und seinen Namen.
styles-how = Wähl einen und häng ein Bild an, oder schreib irgendwo --style und seinen Namen.
theme-painting = Malerei
theme-drawing = Zeichnung und Druck
theme-material = Materialien
theme-scene = Licht und Orte
theme-other = Weitere
page-styles = Stile
page-help = So fragst du mich
page-recent = Deine letzten Jobs
page-empty = Noch nichts hier.
help-map = /map: die Struktur (Kanten, Tiefe, Pose) ansehen, die bleiben würde, dann **{ button-usemap }**
help = **Ich gestalte deine Bilder um.** Häng eines an und schreib, was daraus werden soll; die Stärke sagt, wie viel sich ändert.
    • /img2img: Bild, Prompt, Stärke (dezent 0,3, ausgewogen 0,5, kräftig 0,7, neu erfunden 0,9)
    • /sweep: dasselbe in mehreren Stärken nebeneinander
    • /refine: ein fast richtiges Bild aufpolieren{ $map }
    • Jedes Bild hier: sein Menü, Apps, **Bild verwandeln**
    • Oder erwähne mich mit einem Bild oder in der Antwort auf eines: ein Ölgemälde --strength 0.7 --seed 5 --no Leute
    • Unter jedem Ergebnis: andere Stärken, **Weiterführen**, **Neu würfeln**, **Ändern**, **{ button-sweep }**
    • Reaktionen auf ein Ergebnis: 🔁 neu würfeln, ✉️ schick es mir, ⭐ Kopie behalten, ❌ meines löschen oder abbrechen
    • /queue, /info, /styles, /settings, /privacy
slack-help = **Ich gestalte deine Bilder um.** Häng eines an und schreib, was daraus werden soll; die Stärke sagt, wie viel sich ändert: 0 behält das Bild, 1 ignoriert es (dezent 0,3, ausgewogen 0,5, kräftig 0,7, neu erfunden 0,9).
    • /img2img an oil painting --strength 0.7 öffnet ein Formular: Bild dazu und los
    • Bei jeder Nachricht mit einem Bild: Weitere Aktionen, **Remix image**
    • Erwähn mich mit einem Bild oder im Thread von einem: make it a watercolor --strength kräftig
    • Schick mir ein Bild mit ein paar Worten als Direktnachricht
    • Optionen im Text: --strength 0.7 --style watercolor --no people --seed 42 --steps 20 --guidance 5 --private{ $map }
    • Unter jedem Ergebnis: andere Stärken, **{ button-chain }** (von ihm aus weiter), **{ button-reroll }**, **{ button-edit }**, **{ button-sweep }**
    • Reaktionen auf ein Ergebnis: 🔁 neu würfeln, ✉️ oder ⭐ schick mir eine Kopie, ❌ meins löschen oder abbrechen
    • /sweep, /refine, /queue, /info, /styles, /settings, /privacy, /help

greeting-title = 🎨 Hi, ich gestalte deine Bilder um.
greeting-discord =
    • /img2img: Bild anhängen und schreiben, was daraus werden soll
    • Bei jedem Bild hier: sein Menü, Apps, **Bild verwandeln**
    • Oder erwähne mich mit einem Bild oder in der Antwort auf eines
greeting-slack =
    • /img2img öffnet ein Formular: Bild dazu und schreiben, was daraus werden soll
    • Bei jeder Nachricht mit einem Bild: Weitere Aktionen, **Remix image**
    • Oder erwähne mich mit einem Bild oder im Thread von einem
greeting-alt = Ein Foto einer Kaffeetasse, daneben dasselbe als Ölgemälde, Holzschnitt und Glasfenster
home-alt = Ergebnis: { $prompt }
offer-try = Mit einem Beispiel probieren
offer-setup = Einrichten
offer-help = Was kann ich tun?
offer-styles = Stile
offer-queue = Meine Jobs
form-setup = Pentimento einrichten

settings-title = Einstellungen von { $place }
settings-server = diesem Server
settings-nothing = Nichts gesetzt; es gelten die Vorgaben
settings-moment = Einen Moment …
settings-saved = Gespeichert.
settings-reset = Zurück auf die Vorgaben.
setting-strength = Stärke { $value }
setting-style = Stil { $value }
setting-model = Modell { $value }
setting-models = nur die Modelle { $value }
setting-private = Ergebnisse: { $value }
setting-roles = nur die Rollen { $value }
setting-channels = nur die Kanäle { $value }
setting-remix = Verwandeln: { $value }
setting-threads = Neue Fassungen: { $value }
setting-blocked = gesperrte Wörter: { $value }
setting-language = Sprache: { $value }
setting-log = Meldungen gehen an { $value }
setting-paused = Angehalten: { $value }
setting-refusals = Abgelehnte Prompts werden vermerkt: { $value }
setting-banned = Gesperrte Mitglieder: { $value }
choice-yes = ja
choice-no = nein
setting-yes = erst nur für mich
setting-no = im Kanal
policy-anyone = alle Bilder
policy-own = nur eigene Bilder
threads-offer = im Kanal, ein Thread wird angeboten
threads-always = immer in einem Thread
threads-never = immer im Kanal
privacy-export = Alles, was ich heute über dich speichere.
privacy-ask = Das löscht deine Jobs, Prompts und Bilder bei mir für immer und bricht ab, was wartet. Meine Nachrichten, die sie zeigen, gehen mit, ebenso deren Kopien.
privacy-deleted = { $jobs ->
    [0] Es gab nichts zu löschen.
    [one] Gelöscht: ein Job mit seinen Bildern und Worten.
   *[other] Gelöscht: { $jobs } Jobs mit ihren Bildern und Worten.
 }{ $held ->
    [0] {""}
    [one] {" "}Ein Job von jemand anderem entstand aus deinen und hat noch Bild und Worte davon; sie gehen mit jenem Job.
   *[other] {" "}{ $held } Jobs anderer entstanden aus deinen und haben noch Bilder und Worte davon; sie gehen mit jenen Jobs.
 }
reaction-kept = Für dich gespeichert
reaction-sent = Hier ist deine Kopie

name-sweep = vergleich
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
describe-map-command = Nur das Strukturbild zeigen, bevor gemalt wird
describe-queue = Deine wartenden Jobs und wie lang die Warteschlange ist
describe-info = Woraus ein Job gemacht wurde und woher er kommt
describe-styles = Die Stilvorlagen
describe-settings = Vorgaben dieses Servers oder eines Kanals
describe-privacy = Was ich über dich aufbewahre: mitnehmen oder löschen
describe-help = Wie man mich benutzt
describe-show = Was gesetzt ist
describe-set = Vorgaben ändern
describe-allow = Wer mich wo benutzen darf; leer lassen erlaubt es allen
describe-reset = Zurück auf die Vorgaben des Produkts
describe-block = Wörter, die hier in Prompts nicht erlaubt sind; leer lassen erlaubt alle
describe-words = Wörter und Muster (* für beliebige Buchstaben), durch Kommas getrennt
describe-export = Eine Datei mit allem, was ich über dich aufbewahre
describe-delete = Alles löschen, was ich über dich aufbewahre
describe-image = Das Bild, von dem es ausgeht
describe-prompt = Was daraus werden soll
describe-strength = 0 behält das Bild, 1 ignoriert es; leer die des Stils, sonst 0,5
describe-strengths = Mehrere Stärken, etwa 0.3 0.5 0.7 0.9
describe-style = Eine Stilvorlage
describe-negative-prompt = Was nicht darauf sein soll
describe-seed = Derselbe Seed ergibt dasselbe Bild
describe-count = Bilder zur Auswahl, mit aufeinander folgenden Seeds
describe-steps = Mehr Schritte dauern länger und können feiner sein
describe-guidance-scale = Wie genau dem Prompt zu folgen ist
describe-model = Welches Modell
describe-loras = Adapter, als Name oder Name:Gewicht
describe-only-model = Auch dieses Modell erlauben; leer erlaubt alle
describe-control = Struktur des Bildes, die bei jeder Stärke bleibt
describe-map = Ein eigenes Strukturbild dafür, etwa eine Skizze; sonst entsteht es aus dem Bild
describe-control-scale = Wie streng die Struktur bleibt; 1, wenn du nichts sagst
describe-control-start = Struktur ab diesem Anteil der Schritte; 0 ist der erste
describe-control-end = Struktur bis zu diesem Anteil der Schritte; 1 ist der letzte
describe-private = Nur du siehst das Ergebnis; du kannst es später veröffentlichen
describe-job = Die ID, die unter { button-details } steht
describe-remix = Wessen Bilder Mitglieder verwandeln dürfen
describe-refusals = Dort auch vermerken, dass ein Prompt abgelehnt wurde, ohne seine Wörter
describe-threads = Wo neue Fassungen eines Ergebnisses gezeigt werden
describe-language = Sprache öffentlicher Nachrichten hier
describe-log = Der Kanal, in dem die Moderation liest, was Mitglieder melden
describe-log-channel = Leer lassen für keinen
describe-pause = Vorerst kann mich in diesem Kanal niemand benutzen
describe-resume = Mitglieder können mich in diesem Kanal wieder benutzen
describe-ban = Ein Mitglied für eine Zeit sperren
describe-unban = Ein gesperrtes Mitglied wieder zulassen
describe-member = Wer
describe-days = Für wie viele Tage; 7, wenn du nichts sagst
describe-channel = Ein Kanal statt des ganzen Servers
describe-role = Nur Mitglieder mit dieser Rolle; leer lassen für alle
describe-only-channel = Nur in diesem Kanal; leer lassen für überall
menu-remix = Bild verwandeln
menu-info = Bildinfo

## Web

web-tagline = Bilder aus Bildern
web-skip = Zum Inhalt
web-back = Zur Spielwiese
web-wish = Dein Wunsch
web-stage = Das Bild
web-history = Verlauf
web-history-empty = Noch nichts.
web-welcome = Zieh ein Bild hierher und sag, was daraus werden soll
web-welcome-how = Oder füge eins ein, oder fotografiere. Die Stärke sagt, wie viel sich ändert.
web-start = Ausgehen von
web-start-same = demselben Bild
web-start-result = diesem Ergebnis
web-picture = Bild
web-picture-help = PNG, JPEG, WebP, GIF, BMP, HEIC oder AVIF, höchstens { $most } MB; überall hinziehen oder einfügen.
web-picture-other = Nur, um von einem anderen auszugehen.
web-prompt = Prompt
web-prompt-help = Was soll daraus werden? Strg+Eingabe erzeugt es.
web-strength = Stärke
web-none = keine
web-more = Weitere Optionen
web-generate = Erzeugen
web-sending = Wird gesendet …
web-map = Ein eigenes Strukturbild
web-map-help = Etwa eine Zeichnung der Linien, die bleiben; sonst wird sie aus dem Bild gezeichnet.
web-sketch = Papier zum Zeichnen
web-sketch-use = Diese Zeichnung nehmen
web-sketch-clear = Leeren
web-slider = Vorher und nachher
web-slider-said = { $share } nachher
web-before = Das Bild davor
web-spoiler = Spoiler zeigen
web-preview = So sieht es gerade aus
web-progress = Fortschritt
web-download = Herunterladen
web-swept = Das Bild wird nicht mehr aufbewahrt, sein Rezept schon.
web-lineage = Woher es kommt
web-size = Größe
web-seconds = Sekunden
web-id = Job
web-delete-ask = Dieses Ergebnis löschen?
web-delete-what = Seine Bilder und Worte sind dann für immer weg, ebenso meine Nachrichten, die es zeigen.
web-delete-not = Behalten
web-refused-host = Diese Seite antwortet nur unter ihrer eigenen Adresse: öffne die, die beim Start ausgegeben wurde.
web-refused-origin = Das kam von einer anderen Seite, deshalb ist nichts geschehen: nimm die Knöpfe dieser Seite.
web-refused-token = Öffne die Adresse, die beim Start ausgegeben wurde: sie lässt dich herein.
web-refused-page = Diese Seite gibt es nicht: mach auf der Spielwiese weiter.
web-refused-slow = Das kam zu langsam und wurde aufgegeben: schick es noch einmal.
web-refused-form = Dieses Formular ist nicht zu lesen: lade die Seite neu und schick es noch einmal.
web-refused-fault = Hier ist etwas schiefgegangen und steht im Protokoll: versuch es noch einmal.
web-refused-away = Der Dienst antwortet nicht: sieh nach, ob er noch läuft, und schick das dann noch einmal.
web-refused-no-picture = Wähle ein Bild, von dem es ausgeht.
web-refused-two-pictures = Schick ein Bild auf einmal.
web-refused-size = Diese Datei hat mehr als { $most } MB, mehr geht nicht: schick sie kleiner oder als JPEG.
refused-web-links = Du hast noch offene Links: nimm einen davon, oder frag in { $minutes } Minuten noch einmal.
web-pages = Seiten
web-playground = Spielwiese
web-gallery = Galerie
web-search = Suchen
web-any = alle
web-gallery-empty = Noch nichts: mach eins auf der Spielwiese.
web-gallery-none = Nichts gefunden: versuch andere Worte.
web-gallery-more = Mehr laden
web-signin = Anmelden
web-signin-ask = Dieser Link des Bots meldet dich auf diesem Gerät an, einmal.
web-account = Konto
web-archive = Alles über mich herunterladen
web-leave = Abmelden
web-leave-everywhere = Überall abmelden
web-refused-signin = Frag den Bot in deinem Chat mit /web: er gibt dir einen Link, der dich anmeldet.
web-refused-link = Dieser Link wurde schon benutzt oder ist älter als zehn Minuten: hol dir vom Bot mit /web einen neuen.
web-refused-tries = Das wurde zu oft versucht: warte eine Minute und versuch es dann noch einmal.
web-link = Dieser Link öffnet deine Bilder im Web. Er ist nur für dich, gilt einmal und endet in zehn Minuten.
web-open = Öffnen
describe-web = Deine Bilder im Web: ein Link nur für dich
refused-web-off = Der Betreiber des Bots hat die Webseiten nicht eingeschaltet, darum gibt es keinen Link.
web-negative-prompt = Negativer Prompt
web-guidance-scale = Guidance
web-control = Struktur
web-operator = Betrieb
web-mode-running = In Betrieb: Anfragen werden angenommen und bearbeitet.
web-mode-paused = Angehalten: Anfragen werden angenommen, aber nichts beginnt.
web-mode-draining = Läuft leer: Nichts Neues wird angenommen, was wartet, wird noch gemacht.
web-op-drained = Nichts ist mehr zu tun.
web-op-mode = Betriebsart
web-op-pause = Anhalten
web-op-resume = Fortsetzen
web-op-drain = Leerlaufen lassen
web-op-what-they-do = Anhalten beginnt nichts mehr; Leerlaufen nimmt nichts mehr an und macht, was wartet, etwa vor einem Upgrade. Beides gilt über einen Neustart hinweg, bis zum Fortsetzen.
web-op-running = Läuft gerade
web-op-queue = Warteschlange
web-op-nothing = Nichts.
web-op-more = { $jobs } weitere warten.
web-op-member = Mitglied
web-op-place = Ort
web-op-what = Art
web-op-age = Seit
web-op-act = Aktion
web-op-cancel = Den Job von { $member } abbrechen
web-op-devices = Geräte und Modelle
web-op-device = Gerät
web-op-loaded = Modelle im Speicher
web-op-offered = Angebotene Modelle
web-op-memory = Speicher belegt, von
web-op-worker = Prozess
web-op-work = In Arbeit
web-op-of = { $count } von { $most }
web-op-lost = Abgestürzte oder hängende Prozesse
web-op-works = arbeitet
web-op-restart = Prozesse neu starten
web-op-restart-it = Neu starten
web-op-restart-one = Prozess von { $device } neu starten
web-op-restart-help = Die Prozesse werden neu gestartet, ein Gerät nach dem anderen. Was ein Gerät in Arbeit hat, wird vorher fertig, und niemand verliert ein Bild.
web-op-restarting = Die Prozesse werden neu gestartet: { $count } von { $most } fertig.
web-op-restarted = Neu gestartet: { $devices }.
web-op-restart-lost = Nach dem Neustart nicht zurück: { $devices }
web-op-pace = Sekunden je Schritt und Megapixel, Median und neuntes Dezil
web-op-up = Läuft seit
web-op-failures = Letzte Fehlschläge
web-op-reason = Grund
web-op-unshown = Konnten nicht gezeigt werden
web-op-usage = Nutzung in 24 Stunden
web-op-jobs = Jobs
web-op-pictures = Bilder
web-op-ended = Beendet seit dem Start
web-op-disk = Festplatte
web-op-disk-pictures = Gespeicherte Bilder
web-op-disk-database = Datenbank
web-op-disk-free = Frei
web-op-settings = Geltende Einstellungen
web-op-setting = Einstellung
web-op-value = Wert
web-op-origin = Aus
web-op-default = Vorgabe
web-op-state = Stand
web-op-job = Der Job eines Mitglieds
web-op-hidden = Seine Worte und Bilder gehören dem Mitglied und sind verborgen. Zeigen zeigt sie zehn Minuten lang und schreibt das ins Protokoll.
web-op-reveal = Zeigen
web-op-revealed = Für dich sichtbar gemacht; das steht im Protokoll.
web-op-result = Ergebnis { $number }
web-op-back = Zur Übersicht
web-op-token = Betreiber-Token
web-op-token-help = Worauf WEB_OPERATOR_TOKEN beim Start des Dienstes gesetzt war.
web-refused-operator = Melde dich zuerst als Betreiber an.
web-refused-operator-token = Das ist nicht das Betreiber-Token.
web-keep = Behalten
web-keep-not = Nicht mehr behalten
web-kept = behalten
web-kept-note = Du behältst das: Es bleibt, bis du es löschst oder nicht mehr behältst.
web-goes = Das Bild verschwindet in { span }, wenn du es nicht behältst.
refused-keeps = Du behältst { $most } Ergebnisse, mehr geht nicht: Lass zuerst eines gehen.
web-refused-busy = Zu viel von dir ist gleichzeitig offen: Warte kurz und versuch es dann noch einmal.
refused-no-common-model = Die Orte, von denen du kommst, erlauben kein gemeinsames Modell: Frag in einem ihrer Kanäle.
web-sample = Mit diesem Bild ausprobieren
web-sample-prompt = Ölgemälde einer Tasse
web-strength-ignored = Dieses Modell folgt Anweisungen: Stärke bedeutet ihm nichts.
web-against = Vergleichen mit
web-against-source = seinem Ausgangsbild
web-against-first = dem ersten Bild
web-against-parent = dem Ergebnis davor
web-strength-help = 0 lässt das Bild, wie es ist, 1 beachtet es nicht.
