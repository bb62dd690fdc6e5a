headline-received = Reçu
headline-queued = En attente
headline-queued-at = En attente, numéro { $position } dans la file
headline-interrupted = De retour dans la file : le travail a été interrompu
headline-starting = Démarrage
headline-loading = Chargement du modèle
headline-painting = En cours, { $percent } %
headline-drawing = Dessin de la carte
headline-done = Terminé
headline-map = La carte
headline-cancelled = Annulé

word-subtle = subtil
word-balanced = équilibré
word-strong = fort
word-reimagine = réinventé

fact-strength = force { $strength } ({ $word })
fact-strengths = forces { $strengths }
fact-seed = graine { $seed }
fact-style = style { $style }
fact-loras = adaptateurs { $loras }
fact-edits = retouche selon l’instruction ; la force ne s’applique pas
fact-control = structure { $kind }
fact-control-map = structure { $kind }, d’après une carte donnée
fact-control-scale = force de la structure { $scale }
fact-control-span = structure de { $start } à { $end } des étapes
control-canny = canny : tous les contours
control-lineart = lineart : lignes dessinées
control-scribble = scribble : quelques traits épais
control-softedge = softedge : contours doux
control-depth = depth : proche et lointain
control-pose = pose : articulations des personnes
control-none = aucune : seule l’intensité décide
label-strength = force { $strength }
alt-picture = { $prompt } (image générée par IA, force { $strength })
alt-map = Carte de structure ({ $kind })
alt-preview = L’image telle qu’elle est pour l’instant
alt-source = L’image de départ

print-model = { $model } · { $steps } étapes sur { $of } · guidance { $guidance }
print-pass = passe { $depth }
print-made = { $width }x{ $height } · { $seconds } s · générée par IA
print-map = { $width }x{ $height }
print-id = id { $id }

card-expected = Prêt vers { $when }, au plus tard à { $late } neuf fois sur dix
note-too-large = L’image est trop grande ici, même réduite : demande-la avec /info.
note-sent-directly = Impossible de la montrer là où tu l’as demandée, elle vient donc directement à toi.
note-stays = L’image ne peut être montrée que là où tu l’as demandée : appuie là-bas sur un bouton, ou redemande-la là-bas.

button-subtle = Subtil { $strength }
button-balanced = Équilibré { $strength }
button-strong = Fort { $strength }
button-reimagine = Réinventer { $strength }
button-chain = Enchaîner
button-chain-at = Enchaîner { $strength }
button-reroll = Relancer
button-edit = Modifier
button-sweep = Série
button-details = Détails
button-delete = Supprimer
button-cancel = Annuler
button-showmap = Voir la carte
button-usemap = Utiliser la carte
button-askmap = Utiliser la carte
button-publish = Publier
button-collect = Récupérer
button-forget = Tout supprimer

advice-ai-picture = Conseil : une image faite par une IA se retouche au mieux à une force de 0.35 ; c’est ce que fait refine.
advice-low-contrast = Conseil : la source est peu contrastée et donne peu d’appui ; éclaircis-la ou prends plus de force.
advice-faint = Conseil : à une force de { $strength }, un style se voit peu ; essaie { $usual }.
advice-fierce = Conseil : à une force de { $strength }, il ne reste presque rien de la source ; essaie { $usual }.
advice-no-style = Conseil : nommer un style aide, par exemple « oil painting » ; /styles en montre.

refused-our-fault = Quelque chose a mal tourné chez moi : réessaie dans une minute.
refused-busy = Discord ne prend pas ma réponse pour l’instant : réessaie dans une minute.
refused-no-prompt = Dis ce que l’image doit devenir, par exemple « une peinture à l’huile ».
refused-no-picture = Je ne vois pas d’image : joins-en une, ou réponds à un message qui en a une.
refused-no-picture-there = Ce message n’a pas d’image que je puisse utiliser : choisis-en un avec une photo, un dessin ou un résultat.
refused-sticker = Les autocollants appartiennent à leurs auteurs, je ne peux pas les utiliser : envoie une image en fichier.
refused-withheld = Discord ne me montre pas l’image de ce message : ouvre son menu, choisis Applications, puis Transformer l’image.
refused-several-pictures = Il y a { $count } images : envoies-en une, ou choisis avec Applications, Transformer l’image.
refused-form-forgotten = J’ai perdu cette image de vue entre-temps : choisis de nouveau Transformer l’image.
refused-double = Tu as déjà demandé exactement cela : c’est en route.
refused-gone = Ce résultat n’est plus conservé : renvoie l’image.
refused-not-yours = Seule la personne qui l’a demandé peut le faire.
refused-unknown = Je ne connais pas cela : cela vient peut-être d’une autre version de moi, recharge ton Discord.
refused-message-stays = Les images sont supprimées chez moi, mais je ne peux pas supprimer le message : demande à la modération.
refused-permission = Il me manque la permission { $permission } dans ce salon : demande à l’équipe du serveur de me la donner.
refused-server-only = Les réglages appartiennent à un serveur : utilise /settings dans l’un d’eux.
refused-manage-server = Seuls les membres qui gèrent le serveur peuvent changer les réglages.
refused-no-job = Ce n’est pas un id de tâche : il se trouve à la fin des petits caractères d’un résultat.
refused-blocked-prompt = L’un de tes mots n’est pas permis ici : dis-le autrement.
withheld-unsafe = L’image obtenue ne peut pas être montrée ici : essaie une autre invite, une force plus basse ou une autre image.
withheld-but-private = L’image obtenue ne peut pas être montrée à tout le monde ici : redemande-la en privé.
withheld-unchecked = L’image n’a pas pu être vérifiée, donc personne ne la voit : réessaie dans une minute, et préviens qui me gère si cela dure.
refused-unsafe-there = Cette image ne peut pas être montrée à cet endroit.
blocked-by-automod = L’AutoMod de ce serveur a retenu mon message avec ton image : essaie d’autres mots ou un autre salon.

form-remix = Transformer l’image
form-chain = Continuer à partir de ce résultat
form-edit = Modifier et relancer
form-usemap = Utiliser cette carte
field-prompt = Que doit-elle devenir ?
field-prompt-description = L’image que tu veux voir, avec tes mots
field-strength = Force
field-strength-description = 0 garde l’image, 1 l’ignore ; ou subtle, balanced, strong, reimagine
field-style = Style
field-style-description = Un préréglage, si tu veux ; /styles les montre
field-control = Structure à garder
field-control-description = Lignes, profondeur ou pose restent à toute intensité ; la carte vient de l’image
field-picture = Quelle image ?
field-picture-description = Ce message en a plusieurs
field-upload = Une autre image
field-upload-description = Seulement pour partir d’une autre

queue-empty = Rien n’attend pour toi.
queue-mine = **Tes tâches**
queue-total = { $jobs ->
    [0] Personne n’attend.
    [one] Une tâche attend en tout.
   *[other] { $jobs } tâches attendent en tout.
 }
queue-running = en cours
queue-place = numéro { $position } dans la file
queue-uncollected = terminée, mais je n’ai pas pu la montrer : appuie sur Récupérer
info-status = **{ $status }** · demandé { $when } par { $name }
info-recipe = **Recette**
info-negative = sans : { $prompt }
info-lineage = **D’où elle vient**
info-original = l’image envoyée
info-undelivered = Elle n’a pas pu être montrée : { $reason }
info-none = Ce message ne montre aucun de mes résultats.
status-received = reçue
status-queued = en attente
status-running = en cours
status-succeeded = terminée
status-failed = échouée
status-cancelled = annulée
status-refused = refusée
styles-title = **Styles** : nommes-en un dans une commande, ou écris --style "oil painting"
help = **Je refais des images.** Joins-en une et dis ce qu’elle doit devenir ; la force dit combien elle change.
    • /img2img : image, prompt, force (subtil 0.3, équilibré 0.5, fort 0.7, réinventé 0.9)
    • /sweep : la même à plusieurs forces, côte à côte
    • /refine : polir une image presque réussie
    • /map : voir la structure (contours, profondeur, pose) qui serait gardée, puis **Utiliser la carte**
    • Toute image ici : son menu, Applications, **Transformer l’image**
    • Ou mentionne-moi avec une image, ou en réponse à une : une peinture à l’huile --strength 0.7 --seed 5 --no personnes
    • Sous chaque résultat : d’autres forces, **Enchaîner**, **Relancer**, **Modifier**, **Série**
    • Réactions sur un résultat : 🔁 relancer, ✉️ me l’envoyer, ⭐ garder une copie, ❌ supprimer ou annuler le mien
    • /queue, /info, /styles, /settings, /privacy

settings-title = **Réglages de { $place }**
settings-server = ce serveur
settings-nothing = rien n’est réglé : les valeurs du produit s’appliquent
settings-saved = Enregistré.
settings-reset = Retour aux valeurs par défaut.
setting-strength = force { $value }
setting-style = style { $value }
setting-model = modèle { $value }
setting-models = seulement les modèles { $value }
setting-private = privé : { $value }
setting-roles = seulement les rôles { $value }
setting-channels = seulement les salons { $value }
setting-remix = peuvent être transformées : { $value }
setting-blocked = mots bloqués : { $value }
setting-yes = oui
setting-no = non
policy-anyone = les images de tous
policy-own = seulement les siennes
privacy-export = Tout ce que je garde sur toi, à cet instant.
privacy-ask = Cela supprime chez moi, pour toujours, tes tâches, prompts et images, et annule ce qui attend. Les messages des salons restent où ils sont.
privacy-deleted = { $jobs ->
    [0] Il n’y avait rien à supprimer.
    [one] Supprimé : une tâche avec ses images et ses mots.
   *[other] Supprimé : { $jobs } tâches avec leurs images et leurs mots.
 }
reaction-kept = Une copie pour toi, comme demandé avec ⭐.
reaction-sent = La voici.

name-sweep = série
name-refine = polir
name-queue = file
name-settings = réglages
name-privacy = confidentialité
name-help = aide
name-strength = force
name-strengths = forces
name-seed = graine
name-steps = étapes
name-model = modèle
name-private = privé
name-channel = salon
name-role = rôle
describe-img2img = Faire du nouveau à partir d’une image
describe-sweep = Une image à plusieurs forces, côte à côte
describe-refine = Polir une image presque réussie
describe-map-command = Montrer seulement la carte de structure avant de peindre
describe-queue = Tes tâches en attente, et la longueur de la file
describe-info = De quoi une tâche est faite, et d’où elle vient
describe-styles = Les styles préréglés
describe-settings = Valeurs par défaut de ce serveur ou d’un salon
describe-privacy = Ce que je garde sur toi : l’emporter ou le supprimer
describe-help = Comment m’utiliser
describe-show = Ce qui est réglé
describe-set = Changer les valeurs par défaut
describe-allow = Qui peut m’utiliser, et où ; vide, tout le monde de nouveau
describe-reset = Retour aux valeurs du produit
describe-block = Mots interdits dans les invites d’ici ; vide permet tout à nouveau
describe-words = Mots et motifs (* pour des lettres), séparés par des virgules
describe-export = Un fichier avec tout ce que je garde sur toi
describe-delete = Supprimer tout ce que je garde sur toi
describe-image = L’image de départ
describe-prompt = Ce qu’elle doit devenir
describe-strength = 0 garde l’image, 1 l’ignore ; 0.5 si tu ne dis rien
describe-strengths = Plusieurs forces, comme 0.3 0.5 0.7 0.9
describe-style = Un style préréglé
describe-negative-prompt = Ce qui ne doit pas y être
describe-seed = La même graine donne la même image
describe-steps = Plus d’étapes durent plus longtemps et peuvent être plus fines
describe-guidance-scale = À quel point suivre le prompt
describe-model = Quel modèle
describe-loras = Adaptateurs : nom ou nom:poids
describe-only-model = Permettre aussi ce modèle ; vide les permet tous
describe-control = Structure de l’image à garder à toute intensité
describe-map = Ta propre carte, par exemple un croquis ; sinon elle est tirée de l’image
describe-control-scale = Rigueur de la structure ; 1 si tu ne dis rien
describe-control-start = Garder la structure à partir de cette part des étapes ; 0 est la première
describe-control-end = Garder la structure jusqu’à cette part des étapes ; 1 est la dernière
describe-private = Toi seul vois le résultat ; tu peux le publier plus tard
describe-job = L’id à la fin des petits caractères d’un résultat
describe-remix = Les images de qui les membres peuvent transformer
describe-channel = Un salon au lieu de tout le serveur
describe-role = Seulement les membres avec ce rôle ; vide pour tous
describe-only-channel = Seulement dans ce salon ; vide pour partout
menu-remix = Transformer l’image
menu-info = Infos sur l’image
