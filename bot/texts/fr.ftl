headline-received = Reçu
headline-queued = En attente
headline-queued-at = N° { $position } dans la file
headline-paused-at = Mis en pause par l’administrateur du bot, n° { $position } dans la file
headline-interrupted = Interrompu, de retour dans la file
headline-starting = Démarrage
headline-downloading = Le modèle est en cours de téléchargement
headline-downloading-size = Le modèle est en cours de téléchargement : { NUMBER($done, minimumFractionDigits: 1) } sur { NUMBER($of, minimumFractionDigits: 1) } { $unit ->
    [GB] Go
   *[MB] Mo
}
headline-downloading-left = Le modèle est en cours de téléchargement : { NUMBER($done, minimumFractionDigits: 1) } sur { NUMBER($of, minimumFractionDigits: 1) } { $unit ->
    [GB] Go
   *[MB] Mo
}, encore environ { $minutes } min
headline-loading = Chargement du modèle
headline-painting = En cours… { $percent } %
headline-finishing = Finalisation
headline-drawing = Dessin de la carte
headline-done = Terminé
headline-map = La carte
headline-cancelled = Annulé
headline-unrendered = Ce résultat ne peut pas être affiché pour l’instant : il est gardé et viendra après mon prochain démarrage.

word-subtle = subtil
word-balanced = équilibré
word-strong = fort
word-reimagine = réinventé

fact-strengths = forces { $strengths }
fact-seed = graine { $value }
fact-seeds = graines { $seeds }
fact-steps = étapes { $value }
fact-guidance-scale = guidage { $value }
fact-model = modèle { $value }
fact-style = style { $value }
fact-loras = adaptateurs { $value }
fact-edits = retouché selon l’instruction
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
control-none = aucune : seule la force décide
label-strength = force { $strength }
label-seed = { $number } : graine { $seed }
alt-picture = { $prompt } (image générée par IA, force { $strength })
alt-map = Carte de structure ({ $kind })
alt-preview = Aperçu, pas encore terminé
alt-source = Image de départ
alt-compare = Avant et après
notify-ready = ton image est prête ↑
alt-described = { $alt }. Faite à partir de : { $description }

print-pass = passage { $depth }
print-made-by-ai = fait par IA
print-seconds = { $seconds } s
print-id = id { $id }

card-expected = Prêt { $when } · le plus souvent avant { $late }
slack-card-expected = Prêt vers { $when } · le plus souvent avant { $late }
card-left = { $unit ->
    [hours] ~{ $count } h
    [minutes] ~{ $count } min
   *[seconds] ~{ $count } s
 }
note-animated = Elle est animée : j’ai pris la première image.
note-kept-smaller = L’image a été gardée plus petite qu’envoyée, ce qui suffit à toute autre force : pour tous ses pixels, renvoie-la avec la force 0.
note-made-smaller = Réduite à { $size } : { $wanted } ne tenait pas dans la mémoire de l’appareil.
note-sent-as = Envoyée en { format-sent }, car un fichier peut avoir ici { $most } Mo au plus.
note-sent-smaller = Envoyée en { format-sent }, { $size } au lieu de { $full } pixels, car un fichier peut avoir ici { $most } Mo au plus.
format-sent = { $format ->
    [lossless] WebP sans perte
   *[other] { $format }
 }
note-too-large = Trop grande pour ce salon. Ouvre { button-details } pour l’avoir en fichier.
note-thread-closed = Je ne peux pas écrire dans son fil, elle reste donc ici.
note-sent-directly = Impossible de la montrer là où tu l’as demandée, elle vient donc directement à toi.
note-stays = L’image ne peut être montrée que là où tu l’as demandée : appuie là-bas sur un bouton, ou redemande-la là-bas.
note-recipe-unread = De la recette collée, ceci n’existe pas ici et a été laissé de côté : { $settings }.
note-weights-unread = Les poids comme (mot:1.3) n’agissent pas ici : les mots ont été lus sans eux.
note-strength-used = Faite à la force { $strength } : ce modèle compte la force en étapes entières, donc pas à { $wanted }.
note-lora-in-part = De l’adaptateur « { $name } », { $missed } couches sur { $all } ne conviennent pas à ce modèle et sont restées sans effet.
note-schedule-unread = Les changements en cours de route comme [jour:nuit:0.5] n’agissent pas ici : tous les mots ont été lus dès le début.
note-prompt-unread = Le prompt est trop long pour ce modèle. Non lu : « { $words } ».
note-negative-unread = Le prompt négatif est trop long pour ce modèle. Non lu : « { $words } ».
note-negative-unguided = Le prompt négatif n’agit pas avec un guidage de { $guidance } : demande-en davantage, par exemple 5.
note-negative-idle = Le prompt négatif n’agit pas avec le modèle { $model }.

button-subtle = Subtil { $strength }
button-balanced = Équilibré { $strength }
button-strong = Fort { $strength }
button-reimagine = Réinventer { $strength }
button-chain = Enchaîner
button-keep-at = Garder { $mark }
button-keep = Garder
button-compare = Comparer
button-original = Original
menu-styles = Choisir un style…
menu-chain = Enchaîner à partir de…
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
button-publishopen = Publier sans spoiler
button-collect = Récupérer
button-erase = Supprimer
button-leave = Garder
button-take = Prendre { $style }
button-pick = Choisir une image
button-report = Signaler
button-ban = Bloquer 7 jours
button-dismiss = Ignorer
button-thread = Continuer dans un fil
button-forget = Tout supprimer

advice-ai-picture = Conseil : une image faite par une IA se retouche au mieux à une force de 0,35.
advice-low-contrast = Conseil : l’image de départ est peu contrastée et donne peu d’appui ; éclaircis-la ou prends plus de force.
advice-faint = Conseil : à une force de { $strength }, un style se voit peu ; essaie { $usual }.
advice-fierce = Conseil : à une force de { $strength }, il ne reste presque rien de l’image de départ ; essaie { $usual }.
advice-no-style = Conseil : nomme un style, p. ex. oil painting. Voir /styles.

refused-our-fault = Quelque chose a mal tourné chez moi : réessaie dans une minute.
refused-busy = Le chat ne prend pas ma réponse pour l’instant : réessaie dans une minute.
refused-no-prompt = Dis ce que l’image doit devenir, par exemple « une peinture à l’huile ».
refused-no-picture = Je ne vois pas d’image. Joins-en une, réponds à un message qui en a une, ou choisis-en une ici.
refused-no-picture-there = Ce message n’a pas d’image que je puisse utiliser : choisis-en un avec une photo, un dessin ou un résultat.
refused-sticker = Je ne peux pas utiliser les autocollants. Envoie une image en fichier.
refused-withheld = Discord ne me montre pas cette image. Choisis-la ici, ou ouvre son menu, Applications, { menu-remix }.
refused-role-withheld = Discord ne me montre pas les messages qui nomment mon rôle : mentionne-moi moi-même, l’entrée marquée comme application.
refused-several-pictures = Il y a { $count } images : envoies-en une, ou choisis avec Applications, { menu-remix }.
refused-several-results = Il y a { $count } résultats dans ce message : choisis-en un dessous, avec « { menu-chain } ».
refused-form-forgotten = Ce formulaire a expiré. Choisis de nouveau { menu-remix }.
refused-wish-gone = C’est trop ancien : refais ta demande.
refused-form-gone = Je n’ai plus ce formulaire : ouvres-en un nouveau, ce que tu as écrit est dans mon refus.
refused-double = Exactement cela est déjà en cours.
refused-gone = Ce résultat n’est plus conservé : renvoie l’image.
refused-not-yours = Seule la personne qui l’a demandé peut le faire.
refused-unknown = Ce bouton est périmé. Recharge le chat et réessaie.
refused-this-one = C’est celle-ci : choisis une autre force.
refused-message-stays = Les images sont supprimées chez moi, mais je ne peux pas supprimer le message : demande à la modération.
refused-unsent = Je n’ai pas pu t’écrire : autorise les messages privés des membres de ce serveur, puis réessaie.
refused-permission = Il me manque la permission { $permission } dans ce salon : demande aux admins du serveur de me la donner.
refused-thread = Je n’ai pas pu ouvrir de fil ici ; tout reste dans le salon.
refused-thread-permission = Il me manque la permission { $permission } dans ce salon, tout reste donc ici : demande aux admins du serveur de me la donner.
refused-server-only = Les réglages appartiennent à un serveur : utilise /settings dans l’un d’eux.
refused-shown-alone = Ici, je ne peux montrer ce que tu fais qu’à toi : demande aux admins du serveur.
refused-paused = Je suis en pause ici. Les modérateurs peuvent me relancer dans les réglages.
refused-banned = La modération d’ici t’a bloqué pour { span }.
refused-no-moderator = Seuls les modérateurs peuvent le faire.
refused-no-log = Les admins n’ont pas choisi de salon pour les signalements. Préviens directement la modération.
refused-log-unwritable = Je ne peux pas écrire dans le salon des signalements. Préviens directement la modération.
refused-reported = Tu l’as déjà signalé.
refused-days = Un blocage dure de 1 à 365 jours.
refused-manage-server = Seuls les membres qui gèrent le serveur peuvent changer les réglages : demande à l’un d’eux.
refused-no-job = Ce n’est pas un ID de tâche. Il se trouve sous { button-details }.
refused-blocked-prompt = L’un de tes mots n’est pas permis ici : dis-le autrement.
withheld-unsafe = Ce résultat n’est pas autorisé dans ce salon. Essaie un autre prompt, une force plus basse ou une autre image.
withheld-but-private = Ce résultat ne peut pas être montré à tout le monde ici. Redemande-le en privé.
withheld-unchecked = L’image n’a pas pu être vérifiée, donc personne ne la voit : réessaie dans une minute, et préviens l’administrateur du bot si cela dure.
refused-unsafe-there = Cette image ne peut pas être montrée à cet endroit : regarde-la là où elle a été demandée.
blocked-by-automod = L’AutoMod de ce serveur a retenu mon message avec ton image : essaie d’autres mots ou un autre salon.

span = { $unit ->
    [days] { $count ->
        [one] { $count } jour
       *[other] { $count } jours
     }
    [hours] { $count ->
        [one] { $count } heure
       *[other] { $count } heures
     }
    [minutes] { $count ->
        [one] { $count } minute
       *[other] { $count } minutes
     }
   *[seconds] { $count ->
        [one] { $count } seconde
       *[other] { $count } secondes
     }
 }
refused-storage = Je ne peux rien enregistrer pour l’instant : réessaie dans quelques minutes.
refused-restarting = Je redémarre : réessaie dans une minute.
refused-draining = Je ne prends rien de nouveau pour l’instant, l’administrateur du bot va faire une maintenance. Ce qui attend sera encore fait. Reviens plus tard.
refused-queue-full = La file est pleine : reviens dans { span }.
refused-pending = Tu as déjà { $pending } tâches sur { $most } dans la file. Attends-en une, ou annules-en une.
refused-waiting = { $most } de tes demandes attendent déjà que je les regarde : attends d’abord mes réponses.
refused-more-than-a-request = Une demande vaut ici pour { $most } images au plus et celle-ci en demande { $asked } : demandes-en moins.
refused-more-than-a-day = Tu as droit à { $most } images en 24 heures et tu en as demandé { $asked } : demandes-en moins.
refused-day = Cela ferait plus que tes { $most } images en 24 heures : reviens dans { span }.
refused-too-many-refused = { $most } de tes images ou textes ont été refusés ces dix dernières minutes : reviens dans { span }.
refused-channel = On ne peut pas m’utiliser dans ce salon : demande où, ou demande aux admins de l’autoriser.
refused-role = Il te faut un rôle pour cela ici : demande aux admins lequel.
refused-source-hidden = L’image de départ est celle d’un autre membre et n’est pas pour tout le monde.
refused-source-strength = L’image de départ est celle d’un autre membre et n’est pas pour tout le monde : choisis une force de { $least } ou plus.
refused-others-picture = Ici, tu ne peux transformer que tes propres images : joins-en une toi-même.
refused-not-yours-nor-moderator = Seule la personne qui l’a demandé, ou la modération, peut le faire.
refused-job-unknown = Cette tâche n’existe pas ici, elle est peut-être trop ancienne. L’ID se trouve sous { button-details }.
refused-ended = Cette tâche est déjà terminée : il n’y a plus rien à annuler.
refused-picture-gone = Cette image n’est plus conservée : renvoie-la.
refused-published = Elle y est déjà publiée.
refused-strength = La force va de 0 (l’image telle quelle) à 1 (l’image est ignorée) ; tu as donné { $given }.
refused-strength-word = La force est un nombre de 0 à 1 ou un mot parmi { word-subtle }, { word-balanced }, { word-strong }, { word-reimagine } ; tu as écrit « { $given } ».
refused-sweep = Une série prend de 1 à { $most } forces ; tu en as donné { $given }.
refused-seed = Une graine est un nombre entier de 0 à { $most } ; tu as donné { $given }.
refused-count = Le nombre est un entier de { $least } à { $most } ; tu as donné { $given }.
refused-steps = Les étapes sont un nombre entier de { $least } à { $most } ; tu as donné { $given }.
refused-guidance-scale = Le guidage va de 0 à { $most } ; tu as donné { $given }.
refused-prompt-long = Le prompt a { $length } caractères, { $most } est le maximum : raccourcis-le.
refused-negative-prompt-long = Le prompt négatif a { $length } caractères, { $most } est le maximum : raccourcis-le.
refused-style = Pas de style « { $style } » ici. Voulais-tu dire { $near } ? Voir /styles.
refused-model = Pas de modèle « { $model } » ici. Disponibles : { $models }.
refused-model-here = Le modèle « { $model } » ne peut pas être utilisé ici : il y a { $models }.
refused-sweep-of-editor = Le modèle « { $model } » suit une consigne et n’a pas de force. Demande une seule image.
refused-alike-strengths = Le modèle « { $model } » compte la force en étapes entières, et avec { $steps } étapes certaines de ces forces donnent la même image : demande d’autres forces ou plus d’étapes.
refused-lora = Un adaptateur s’écrit nom ou nom:poids, avec un poids de -{ $most } à { $most } ; tu as écrit « { $given } ».
refused-lora-none = Le modèle « { $model } » n’a pas d’adaptateur : n’en demande pas, ou choisis un autre modèle.
refused-lora-unknown = Le modèle « { $model } » n’a pas l’adaptateur « { $name } » : il y a { $names }.
refused-loras = Une image prend au plus { $most } adaptateurs ; tu en as donné { $given }.
refused-control-scale = La force de la structure va de 0 à { $most } ; tu as donné { $given }.
refused-control-start = La structure commence à une part des étapes de { $least } à { $most } ; tu as donné { $given }.
refused-control-end = La structure finit à une part des étapes de { $least } à { $most } ; tu as donné { $given }.
refused-control-span = La structure commence et finit à des parts des étapes de 0 à 1, le début avant la fin ; tu as donné { $start } et { $end }.
refused-control-unnamed = Indique pour quelle structure : { $kinds }.
refused-control-unknown = La structure « { $given } » n’existe pas ici : il y a { $kinds }.
refused-control-elsewhere = Le modèle « { $model } » ne sait pas garder { $kind } : choisis pour cela le modèle { $models }.
refused-control-other = Le modèle « { $model } » ne sait pas garder { $kind } : choisis parmi { $kinds }.
refused-control-none = Le modèle « { $model } » ne sait pas garder de structure : n’en demande pas, ou demande à l’administrateur du bot un modèle des familles Stable Diffusion, FLUX.1 ou Qwen-Image avec des ControlNets.
refused-map = La carte de structure ne peut pas servir. { $why }
refused-map-gone = Cette carte de structure n’est plus gardée : donne-la de nouveau.
refused-map-unnamed = Dis quelle carte de structure dessiner : { $kinds }.
refused-blocklist-long = Une liste de mots bloqués a au plus { $most } entrées ; tu en as donné { $given }.
refused-blocklist-entry-long = Une entrée d’une liste de mots bloqués a au plus { $most } caractères : raccourcis-la.
refused-blocklist-entry = Une entrée d’une liste de mots bloqués a besoin d’une lettre ou d’un chiffre : * et ? seuls bloqueraient tout.
refused-flag-empty = Il manque une valeur après --{ $flag }.
refused-flag-map = --map ne va pas ici : la carte seule se dessine avec /map.
refused-flag-twice = --{ $flag } est là plusieurs fois, avec des valeurs différentes : n’en garde qu’une.
refused-flag-unknown = L’option --{ $flag } n’existe pas ; veux-tu dire --{ $near } ?
refused-fetch = Je n’ai pas pu récupérer l’image, son serveur n’a pas répondu : renvoie-la.
refused-fetch-status = Je n’ai pas pu récupérer l’image (son serveur a répondu { $status }) : renvoie-la.
refused-elsewhere = Je ne prends que les images envoyées ici : joins le fichier lui-même.
refused-file-larger = Ce fichier dépasse { $most } Mo : envoies-en un plus petit.
refused-file-size = Ce fichier fait { $size } Mo, { $most } Mo est le maximum : envoie-le plus petit, ou en JPEG.
refused-empty = Ce fichier est vide : renvoie l’image.
refused-cannot-open = Je ne peux pas ouvrir d’images pour l’instant : réessaie dans une minute.
refused-broke-off = Ouvrir cette image a pris trop de temps ou s’est interrompu : enregistre-la de nouveau en simple PNG ou JPEG, ou plus petite.
refused-unusable = Cette image ne peut pas être utilisée : enregistre-la de nouveau en simple PNG ou JPEG.
refused-memory = Cette image demande plus de mémoire pour s’ouvrir qu’il n’est permis ici : envoie-la avec moins de pixels.
refused-pixels = Cette image a { $megapixels } mégapixels ({ $size }), { $most } est le maximum : envoie-la réduite.
refused-small = Cette image fait { $size } pixels, chaque côté doit en avoir au moins { $least } : envoies-en une plus grande.
refused-narrow = Cette image fait { $size } pixels, elle est plus de { $most } fois plus longue que large : envoies-en une partie découpée.
refused-cut-off = Ce { $format } est incomplet. Renvoie le fichier entier.
refused-damaged = Ce { $format } est abîmé et illisible : enregistre-le de nouveau et envoie-le.
refused-jpeg-bits = Ce JPEG a { $bits } bits par couleur : enregistre-le en 8 bits, comme un JPEG ordinaire, et envoie celui-là.
refused-jpeg-kind = Ce JPEG est d’un genre rare que je ne sais pas lire (sans perte ou hiérarchique) : enregistre-le comme un JPEG ou un PNG ordinaire.
refused-jpeg-scans = Ce JPEG construit son image en plus de { $most } passes, ou en trop de passes pour sa taille : enregistre-le à nouveau comme un JPEG ordinaire.
refused-heic = C’est une photo HEIC, que je ne peux pas ouvrir ici : envoie une capture d’écran, ou fais enregistrer ton iPhone en JPEG sous Réglages, Appareil photo, Formats, « Le plus compatible ».
refused-web-page = Ce lien mène à une page web, pas à une image ; il faut peut-être se connecter. Enregistre l’image et envoie le fichier.
refused-no-format = Je ne vois pas d’image dans ce fichier : envoie un PNG, un JPEG ou un WebP.
refused-format = C’est { format-name } ; je prends PNG, JPEG, WebP, GIF, BMP, AVIF et HEIC : { format-mend }.
format-name = { $kind ->
    [raw] un fichier brut d’appareil photo
    [TIFF] un TIFF ou un fichier brut d’appareil photo
    [Photoshop] un fichier Photoshop (PSD)
    [GIMP] un fichier GIMP (XCF)
    [PostScript] un fichier PostScript (EPS)
    [SVG] un dessin SVG
    [ZIP] une archive ZIP ou un document
    [packed] une archive compressée
    [video] une vidéo
    [sound] un fichier son
    [sound-or-video] un fichier son ou vidéo
   *[other] un { $kind }
 }
format-mend = { $kind ->
    [SVG] exporte-le en PNG et envoie-le
    [PDF] envoie la page comme image PNG
    [video] envoie une de ses images en PNG
    [ZIP] envoie l’image elle-même, sans archive
    [packed] envoie l’image elle-même, sans archive
   *[other] enregistre l’image dans l’un d’eux et renvoie-la
 }

refused-slack-no-picture = Je ne vois pas d’image ici : joins-en une à ton message, mentionne-moi dans le fil d’une image, ou utilise /img2img.
refused-slack-no-picture-there = Il n’y a pas d’image dans ce message : choisis-en un avec une image, ou utilise /img2img.
refused-slack-thread = Je ne peux pas lire ce fil : invite-moi avec /invite, ou joins l’image à ton message.
refused-slack-thread-scope = Je n’ai pas le droit de lire ce fil ({ $scope } manque) : joins plutôt l’image à ton message.
refused-slack-thread-busy = Slack est surchargé et ne m’a pas montré le fil : joins l’image à ton message, ou réessaie bientôt.
refused-slack-file = Je ne vois pas ce fichier : invite-moi dans son canal avec /invite, ou utilise /img2img et ajoute l’image là.
refused-slack-file-busy = Slack est surchargé et ne m’a pas donné l’image : réessaie dans une minute.
refused-slack-login = Slack ne m’a pas laissé lire ce fichier : invite-moi dans son canal avec /invite ; si cela ne suffit pas, demande aux admins de cet espace de travail de me réinstaller avec l’autorisation files:read.
refused-slack-shared = Une autre organisation a partagé ce fichier et je ne peux pas le lire : envoie-le ici toi-même.
refused-slack-outside = Ce fichier se trouve hors de Slack et je ne prends que ce qui est envoyé ici : envoie-le ici.
refused-slack-deleted = Ce fichier a été supprimé : renvoie-le.
refused-slack-hidden = Ce fichier est plus ancien que ce que l’offre gratuite de Slack garde accessible : renvoie-le.
refused-not-a-picture = Ce fichier n’est pas une image : envoie un PNG, un JPEG ou un WebP.
refused-slack-several-pictures = Il y a { $count } images : envoie seule celle que tu veux.
refused-slack-no-controls = Aucun modèle ici ne sait garder de structure : demande un ControlNet à l’administrateur du bot.
refused-map-kind-missing = Choisis ce que montre la carte.
refused-slack-button = Ce bouton est périmé. Utilise plutôt /img2img.
refused-slack-unpublishable = Il n’y a plus d’image à publier.
refused-slack-no-channel = Cela n’a pas été demandé dans un canal, il n’y en a donc aucun où le publier.
refused-slack-unpublished = Je n’ai pas pu le publier ({ $reason }) : invite-moi dans ce canal avec /invite.
refused-slack-unsent = Je n’ai pas pu t’écrire ({ $reason }) : ouvre d’abord une conversation avec moi.
refused-slack-admins = Seuls les admins de cet espace de travail changent ses réglages : demande à l’un d’eux.
refused-no-upload = L’image manque : ouvre de nouveau le formulaire et ajoute-la.
refused-add-picture = Ajoute l’image de départ : PNG, JPEG ou WebP.
refused-slack-whole = Un nombre entier de { $least } à { $most }, s’il te plaît ; tu as écrit « { $given } ».
refused-slack-number = Un nombre de 0 à { $most }, s’il te plaît ; tu as écrit « { $given } ».
refused-slack-too-late = Slack m’a laissé trop peu de temps pour ouvrir cela : réessaie.
refused-slack-busy = Slack est surchargé : réessaie dans une minute.
refused-slack-elsewhere = Je ne peux pas faire cela dans cette conversation : invite-moi avec /invite, ou utilise /img2img.
refused-slack-scope = Il me manque l’autorisation { $scope } : demande aux admins de cet espace de travail de me réinstaller.
refused-slack-files = On ne peut pas partager de fichiers ici : demande aux admins de cet espace de travail de l’autoriser.
refused-slack-refused = Slack a refusé cela ({ $reason }) : réessaie, et préviens l’administrateur du bot si cela dure.
note-slack-not-uploaded = L’image est prête, mais je ne peux pas l’envoyer ici ({ $reason }) : demande aux admins de cet espace de travail de l’autoriser.
note-slack-below = Slack n’a pas affiché l’image ici : elle est plus bas, dans le fil.
note-slack-moved = { $where ->
    [people] Je ne peux pas écrire dans un message direct entre personnes, donc ceci n’arrive qu’à toi.
   *[channel] Je n’ai pas pu montrer ceci dans le canal, donc cela n’arrive qu’à toi. Si je n’y suis pas, invite-moi avec /invite.
 }
slack-answered-alone = { $where ->
    [people] Je ne peux pas écrire dans un message direct entre personnes, donc ton image arrive dans notre propre conversation.
   *[channel] Je ne peux pas montrer ton image dans ce canal, donc elle arrive dans notre propre conversation. Si je n’y suis pas, invite-moi avec /invite.
 }
slack-published = Publié dans le canal.
slack-saved = { $scope ->
    [channel] Les réglages de ce canal sont enregistrés.
   *[workspace] Les réglages de cet espace de travail sont enregistrés.
 }
slack-close = Fermer
page-privacy = Confidentialité
slack-privacy-kept = Je garde les images que tu envoies et fais, tes prompts et ce sur quoi tu as appuyé, pour que tu puisses les relancer et les enchaîner. Tout disparaît de soi-même après le temps fixé par l’administrateur du bot. Personne ne s’en sert pour l’entraînement.
slack-export = M’envoyer tout
slack-packing = C’est en cours de préparation et arrive en message direct.
slack-forget-title = Tout supprimer ?
slack-keep = Garder
slack-remix = Transformer une image
slack-team-settings = Réglages de l’équipe
home-results = Tes derniers résultats
home-no-results = Rien encore : transforme une image, ou envoie-m’en une avec quelques mots.
home-quota = { $most ->
    [0] { $pictures } images ces dernières 24 heures
   *[other] { $pictures } images sur { $most } ces dernières 24 heures
 }
slack-hello = Envoie-moi une image avec quelques mots, par exemple « fais-en une peinture à l’huile --strength 0.7 », ou mentionne-moi dans le fil d’une image. /img2img ouvre un formulaire, /help en dit plus.
slack-styles-show = Montre-moi des images
styles-coming = Les images t’arrivent en message direct.
styles-sent = Tous les styles, avec une image de chacun, sont dans le fil de ce message.
slack-sent-directly = Je te l’ai envoyé en message direct.
confirm-delete-title = Supprimer ce résultat ?
confirm-delete-what = Les images et le message disparaissent pour de bon.
slack-here = cette conversation
slack-settings-whose = Réglages actuels. Les admins de l’espace de travail peuvent les changer.

failed-too-often = Cette tâche a fait planter le moteur trop souvent et a été arrêtée. Essaie une autre image ou un autre prompt.
failed-interrupted = Cette tâche a été interrompue trop souvent et a été arrêtée : essaie une autre image ou un autre prompt.
failed-source-unreadable = L’image de départ n’a pas pu être lue : renvoie-la.
failed-model-too-large = Le modèle « { $model } » ne tient pas en mémoire : prends-en un autre.
failed-picture-too-large = L’appareil a manqué de mémoire à { $size } et même à des tailles plus petites : envoie une image plus petite.
failed-not-saved = Le résultat n’a pas pu être enregistré ({ $reason }) : préviens l’administrateur du bot.
failed-model-unable = Le modèle « { $model } » n’y est pas arrivé : essaie d’autres réglages ; le journal en dit plus.
failed-model-not-offered = Le modèle « { $model } » n’est pas proposé ici : choisis parmi { $models }.
failed-model-unavailable = Ce modèle ne peut pas servir : prends-en un autre, ou transmets ceci à l’administrateur du bot : { $reason }
failed-too-many-steps = Le modèle « { $model } » ne peut pas faire { $steps } étapes : essaie avec moins.
failed-overflow = Calcul en dépassement dans « { $model } » : essaie un guidage plus faible ou d’autres mots.
failed-no-lines = L’image ne montre aucune ligne pour { $kind } : envoies-en une aux contours nets, ou une carte à toi.
failed-no-depth = L’image ne montre aucune profondeur : envoies-en une autre, ou une carte à toi.
failed-no-person = L’image ne montre personne : choisis une autre structure, ou envoie une carte de pose.
failed-map-unreadable = La carte de structure n’a pas pu être lue : renvoie-la.
failed-map-blank = La carte pour { $kind } est vide : envoies-en une qui montre ce qu’il faut garder.
failed-map-unnamed = Il n’y a pas de carte sans structure : dis quelle structure elle montre.
failed-no-map-model = Aucun modèle n’est installé ici pour { $kind } : envoie une carte à toi, ou choisis une autre structure.
failed-map-model-broken = Le modèle « { $model } » pour { $kind } ne peut pas être chargé ({ $reason }) : l’administrateur du bot doit corriger control.{ $kind }_model.
failed-no-control = Le modèle « { $model } » ne sait pas garder { $kind } : la structure se garde avec les modèles des familles Stable Diffusion, FLUX.1 et Qwen-Image ; n’en demande pas, ou choisis l’un d’eux.
failed-control-not-offered = Le modèle « { $model } » ne sait pas garder { $kind } : { $kinds ->
    [none] il ne garde aucune structure.
   *[other] il sait garder { $kinds }.
 }
failed-no-network = Ce modèle ne sait pas garder { $kind } : il n’a pas de ControlNet pour cela.
failed-network-none = Le ControlNet « { $network } » n’en est pas un : l’administrateur du bot doit corriger l’entrée.
failed-network-broken = Le ControlNet « { $network } » ne peut pas être chargé ({ $reason }) : l’administrateur du bot doit corriger l’entrée.
failed-network-foreign = Le ControlNet « { $network } » est fait pour d’autres modèles : l’administrateur du bot doit corriger l’entrée.
failed-no-loras = Le modèle « { $model } » ne prend pas d’adaptateurs : n’en demande pas, ou prends un autre modèle.
failed-lora-unknown = Le modèle « { $model } » n’a pas d’adaptateur « { $name } » : { $names ->
    [none] il n’y en a aucun.
   *[other] il y a { $names }.
 }
failed-lora-foreign = L’adaptateur « { $name } » est fait pour un autre genre de modèle que « { $model } » : ne le mets pas.
failed-lora-kind = L’adaptateur « { $name } » est un { $kind }, qui ne peut pas être chargé pour « { $model } » : ne le mets pas, ou prends un LoRA.
failed-lora-words-only = De l’adaptateur « { $name } », seule la partie de l’encodeur de texte convient à « { $model } », pas celle qui peint : il est fait pour un autre genre de modèle, ne le mets pas.
failed-lora-no-words = De l’adaptateur « { $name } », la partie de l’encodeur de texte ne convient pas à « { $model } » : ne le mets pas.
failed-lora-not-here = L’adaptateur « { $name } » ne peut pas servir, il n’est pas sur cette machine et le hub ne l’a pas donné : ne le mets pas, et préviens l’administrateur du bot.
failed-lora-lost = L’adaptateur « { $name } » ne peut pas servir, il n’y a ni fichier, ni dossier, ni dépôt du hub de ce nom avec un seul fichier .safetensors : ne le mets pas, et préviens l’administrateur du bot.
failed-lora-broken = L’adaptateur « { $name } » ne peut pas servir, son fichier est abîmé ou n’est pas un fichier safetensors : ne le mets pas, et préviens l’administrateur du bot.
failed-lora-empty = L’adaptateur « { $name } » ne peut pas servir, son fichier { $file } est vide : ne le mets pas, et dis à l’administrateur du bot de le télécharger à nouveau.
failed-lora-pointer = L’adaptateur « { $name } » ne peut pas servir, son fichier { $file } est un pointeur de Git LFS et non le fichier lui-même : ne le mets pas, et dis à l’administrateur du bot de le télécharger à nouveau.
failed-lora-page = L’adaptateur « { $name } » ne peut pas servir, son fichier { $file } est une page web et non le fichier lui-même : ne le mets pas, et dis à l’administrateur du bot de le télécharger à nouveau.
failed-lora-unfinished = L’adaptateur « { $name } » ne peut pas servir, son fichier { $file } est encore en cours de téléchargement : ne le mets pas avant que ce soit fini.
failed-lora-forbidden = L’adaptateur « { $name } » ne peut pas servir, le bot n’a pas le droit de lire son fichier { $file } : ne le mets pas, et dis à l’administrateur du bot de l’autoriser.

form-remix = Transformer l’image
form-chain = Partir de ce résultat
form-edit = Modifier et relancer
form-usemap = Utiliser cette carte
form-strength-usual = Celle du style, ou { $strength }
form-strength-place = { $strength }, comme d’habitude ici
form-strength-refine = { $strength }, pour peaufiner
form-strength-kept = comme avant
strength-about-subtle = garde presque toute l’image
strength-about-balanced = change le style, garde la composition
strength-about-strong = garde les contours
strength-about-reimagine = garde peu de l’image
field-prompt = Que doit-elle devenir ?
field-prompt-description = L’image que tu veux voir, avec tes mots
field-strength = Force
field-strength-description = Combien l’image change. Autre nombre : --strength 0,62 après tes mots.
field-exact-strength = Une autre force
field-exact-strength-description = Un nombre de 0 à 1 ; il passe avant le choix ci-dessus
field-style = Style
field-style-description = Un préréglage, si tu veux ; /styles les montre tous en images
field-control = Structure à garder
field-control-description = Lignes, profondeur ou pose restent quelle que soit la force ; la carte vient de l’image
field-picture = Quelle image ?
field-picture-description = Ce message en a plusieurs
field-upload = Une autre image
field-upload-description = Seulement pour partir d’une autre
form-sweep = Comparer les forces
form-refine = Peaufiner une image
form-map = Dessiner une carte
form-submit = Créer
form-submit-map = Dessiner
form-again = Rouvrir le formulaire
form-advanced = Options avancées
form-about-message = Part de l’image de ce message.
form-about-chain = Continue à partir de ce résultat, un passage plus loin.
form-about-edit = Part de la même image que ce résultat.
form-about-usemap = Part de l’image pour laquelle cette carte a été dessinée, et garde la carte.
form-prompt-later = Ce qu’elle doit devenir ; tu peux le dire plus tard, sur la carte.
form-range = de { $least } à { $most }
form-settings = Réglages
form-save = Enregistrer
choice-no-style = Aucun style
choice-no-model = Le modèle habituel
choice-no-usual-style = Aucun par défaut
choice-no-usual-model = Celui du produit
choice-no-language = Comme le chat
choice-no-results = Comme chaque membre le demande
choice-no-whose = Aucune règle
choice-no-threads = Comme d’habitude ici
results-private = D’abord pour qui l’a demandée
results-threads = Dans le salon, les relances dans un fil
results-public = Dans le salon
scope-workspace = Tout l’espace de travail
scope-channel = Ce canal seulement
field-strengths = Forces
field-negative-prompt = À éviter
field-seed = Graine
field-count = Nombre d’images
field-steps = Étapes
field-guidance-scale = Guidage
field-model = Modèle
field-loras = Adaptateurs
field-control-scale = Fidélité à la structure
field-control-start = Gardée à partir de
field-control-end = Gardée jusqu’à
field-private = D’abord pour moi seul
field-map = Une carte à toi
field-source = Image
field-source-description = PNG, JPEG, WebP, AVIF ou HEIC, 10 Mo au plus
field-scope = Pour
field-usual-strength = Force habituelle
field-usual-strength-description = Un nombre de 0 à 1 ou un mot comme fort ; vide, celle du produit
field-usual-style = Style habituel
field-usual-model = Modèle habituel
field-language = Langue des messages publics
field-log = Salon des signalements
field-log-description = La modération y lit ce que les membres signalent.
field-paused = En pause
field-paused-description = Personne ne peut m’utiliser là pour l’instant
field-refusals = Prompts refusés
field-refusals-description = Une ligne pour chacun dans le salon des signalements, sans ses mots
field-ban = Bloquer des membres
field-ban-description = Ils ne pourront pas m’utiliser dans cet espace pendant 7 jours.
field-banned = Membres bloqués
field-banned-description = Retire-en un pour le laisser revenir.
field-results = Résultats
field-whose = Images que l’on peut transformer
field-threads = Nouvelles versions d’un résultat
field-blocked = Mots interdits dans les prompts
field-blocked-description = Un par ligne, ou avec des virgules ; * remplace des lettres. Les membres ne voient pas la liste.
field-channels = Canaux où l’on peut m’utiliser
field-channels-description = Vide : tous les canaux.
field-models = Modèles autorisés
field-models-description = Vide : tous les modèles.
choice-no-control = { control-none }

queue-empty = Rien de toi dans la file.
queue-mine = Tes tâches
queue-total = { $jobs ->
    [0] La file est vide.
   *[other] { $jobs } dans la file
 }
queue-devices = { $working ->
    [0] Aucun appareil ne crée d’images en ce moment ; ce qui attend est conservé et sera fait dès qu’il y en aura un.
   *[other] { $working } appareils sur { $devices } créent des images.
 }
queue-running = en cours
queue-place = n° { $position } dans la file
queue-paused = mise en pause par l’administrateur du bot, n° { $position } dans la file
queue-ready = n° { $position } dans la file, prête { $when }
moment-ahead = dans { span } environ
moment-ago = il y a { span }
queue-uncollected = terminée, mais je n’ai pas pu la montrer : appuie sur Récupérer
info-status = **{ $status }** · demandé { $when } par { $name }
info-negative = sans : { $prompt }
info-made = { $what } : { $size }, { $steps } étapes en { $seconds } s
info-hidden = une image d’un autre membre
info-lineage = Historique
info-original = image d’origine
info-undelivered = Elle n’a pas pu être montrée : { $reason }
info-none = Ce message ne montre aucun de mes résultats : choisis-en un qui en montre.
report-title = Signalement
refusal-title = Un prompt a été refusé
refusal-by = Demandé par { $name }
report-by = Signalé par { $name }
report-asked = Demandé par { $name } { $when }
report-sent = Signalé. La modération le voit maintenant.
thread-opened = Désormais, ce qui est fait à partir de cette image va dans son fil.
thread-there = Ton image arrive dans son fil.
ban-done = { $name } ne peut pas m’utiliser ici jusqu’à { $until }.
status-received = reçue
status-queued = en attente
status-running = en cours
status-succeeded = terminée
status-failed = échouée
status-cancelled = annulée
status-refused = refusée
styles-title = **Styles** : choisis-en un et ajoute une image, ou écris n’importe où --style et son nom.
styles-how = Choisis-en un et ajoute une image, ou écris n’importe où --style et son nom.
theme-painting = Peinture
theme-drawing = Dessin et impression
theme-material = Matières
theme-scene = Lumière et lieux
theme-other = Autres
page-styles = Styles
page-help = Comment me demander
page-recent = Tes dernières tâches
page-empty = Rien pour l’instant.
help-map = /map : voir la structure (contours, profondeur, pose) qui serait gardée, puis **Utiliser la carte**
help = **Je transforme tes images.** Joins-en une et dis ce qu’elle doit devenir ; la force dit combien elle change.
    • /img2img : image, prompt, force (subtil 0,3, équilibré 0,5, fort 0,7, réinventé 0,9)
    • /sweep : la même à plusieurs forces, côte à côte
    • /refine : peaufiner une image presque réussie{ $map }
    • Toute image ici : son menu, Applications, **Transformer l’image**
    • Ou mentionne-moi avec une image, ou en réponse à une : une peinture à l’huile --strength 0.7 --seed 5 --no personnes
    • Sous chaque résultat : d’autres forces, **Enchaîner**, **Relancer**, **Modifier**, **Série**
    • Réactions sur un résultat : 🔁 relancer, ✉️ me l’envoyer, ⭐ garder une copie, ❌ supprimer ou annuler le mien
    • /queue, /info, /styles, /settings, /privacy
slack-help = **Je transforme tes images.** Joins-en une et dis ce qu’elle doit devenir ; la force dit combien elle change : 0 garde l’image, 1 l’ignore (subtil 0,3, équilibré 0,5, fort 0,7, réinventé 0,9).
    • /img2img an oil painting --strength 0.7 ouvre un formulaire : ajoute une image et c’est parti
    • Sur tout message avec une image : Plus d’actions, **Remix image**
    • Mentionne-moi avec une image, ou dans le fil d’une image : make it a watercolor --strength fort
    • Envoie-moi une image avec quelques mots en message direct
    • Options dans un texte : --strength 0.7 --style watercolor --no people --seed 42 --steps 20 --guidance 5 --private{ $map }
    • Sous chaque résultat : d’autres forces, **{ button-chain }** (continuer à partir de lui), **{ button-reroll }**, **{ button-edit }**, **{ button-sweep }**
    • Réactions sur un résultat : 🔁 relancer, ✉️ ou ⭐ m’envoyer une copie, ❌ supprimer ou annuler le mien
    • /sweep, /refine, /queue, /info, /styles, /settings, /privacy, /help

greeting-title = 🎨 Bonjour, je transforme tes images.
greeting-discord =
    • /img2img : joins une image et dis ce qu’elle doit devenir
    • Sur toute image ici : son menu, Applications, **Transformer l’image**
    • Ou mentionne-moi avec une image, ou en réponse à une
greeting-slack =
    • /img2img ouvre un formulaire : ajoute une image et dis ce qu’elle doit devenir
    • Sur tout message avec une image : Plus d’actions, **Remix image**
    • Ou mentionne-moi avec une image, ou dans le fil d’une image
greeting-alt = Une photo d’une tasse de café, puis la même en peinture à l’huile, en estampe et en vitrail
home-alt = Résultat : { $prompt }
offer-try = Essayer avec un exemple
offer-setup = Configurer
offer-help = Que puis-je faire ?
offer-styles = Styles
offer-queue = Mes tâches
form-setup = Configurer Pentimento

settings-title = Réglages de { $place }
settings-server = ce serveur
settings-nothing = Rien n’est réglé ; les valeurs par défaut s’appliquent
settings-moment = Un instant…
settings-saved = Enregistré.
settings-reset = Retour aux valeurs par défaut.
setting-strength = force { $value }
setting-style = style { $value }
setting-model = modèle { $value }
setting-models = seulement les modèles { $value }
setting-private = Résultats : { $value }
setting-roles = seulement les rôles { $value }
setting-channels = seulement les salons { $value }
setting-remix = Transformer : { $value }
setting-threads = Nouvelles versions : { $value }
setting-blocked = mots bloqués : { $value }
setting-language = Langue : { $value }
setting-log = Signalements dans { $value }
setting-paused = En pause : { $value }
setting-refusals = Prompts refusés notés : { $value }
setting-banned = Membres bloqués : { $value }
choice-yes = oui
choice-no = non
setting-yes = privés d’abord
setting-no = dans le salon
policy-anyone = les images de tous
policy-own = seulement les siennes
threads-offer = dans le salon, un fil est proposé
threads-always = toujours dans un fil
threads-never = toujours dans le salon
privacy-export = Tout ce que je conserve sur toi aujourd’hui.
privacy-ask = Cela supprime chez moi, pour toujours, tes tâches, prompts et images, et annule ce qui attend. Mes messages qui les montrent partent aussi, avec leurs copies.
privacy-deleted = { $jobs ->
    [0] Il n’y avait rien à supprimer.
    [one] Supprimé : une tâche avec ses images et ses mots.
   *[other] Supprimé : { $jobs } tâches avec leurs images et leurs mots.
 }{ $held ->
    [0] {""}
    [one] {" "}Une tâche de quelqu’un d’autre vient des tiennes et en garde l’image et les mots ; ils partiront avec elle.
   *[other] {" "}{ $held } tâches d’autres personnes viennent des tiennes et en gardent les images et les mots ; ils partiront avec elles.
 }
reaction-kept = Gardé pour toi
reaction-sent = Voici ta copie

name-sweep = série
name-refine = peaufiner
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
describe-refine = Peaufiner une image presque réussie
describe-map-command = Montrer seulement la carte de structure avant de peindre
describe-queue = Tes tâches en attente, et la longueur de la file
describe-info = De quoi une tâche est faite, et d’où elle vient
describe-styles = Les styles préréglés
describe-settings = Valeurs par défaut de ce serveur ou d’un salon
describe-privacy = Ce que je garde sur toi : l’emporter ou le supprimer
describe-help = Comment m’utiliser
describe-show = Ce qui est réglé
describe-set = Changer les valeurs par défaut
describe-allow = Qui peut m’utiliser, et où ; laisse vide pour autoriser tout le monde
describe-reset = Retour aux valeurs du produit
describe-block = Mots interdits dans les prompts d’ici ; laisse vide pour tout autoriser
describe-words = Mots et motifs (* pour des lettres), séparés par des virgules
describe-export = Un fichier avec tout ce que je garde sur toi
describe-delete = Supprimer tout ce que je garde sur toi
describe-image = L’image de départ
describe-prompt = Ce qu’elle doit devenir
describe-strength = 0 garde l’image, 1 l’ignore ; vide, celle du style, sinon 0,5
describe-strengths = Plusieurs forces, comme 0.3 0.5 0.7 0.9
describe-style = Un style préréglé
describe-negative-prompt = Ce qui ne doit pas y être
describe-seed = La même graine donne la même image
describe-count = Images au choix, avec des graines qui se suivent
describe-steps = Plus d’étapes durent plus longtemps et peuvent être plus fines
describe-guidance-scale = À quel point suivre le prompt
describe-model = Quel modèle
describe-loras = Adaptateurs : nom ou nom:poids
describe-only-model = Permettre aussi ce modèle ; vide les permet tous
describe-control = Structure de l’image à garder quelle que soit la force
describe-map = Ta propre carte, par exemple un croquis ; sinon elle est tirée de l’image
describe-control-scale = Rigueur de la structure ; 1 si tu ne dis rien
describe-control-start = Garder la structure à partir de cette part des étapes ; 0 est la première
describe-control-end = Garder la structure jusqu’à cette part des étapes ; 1 est la dernière
describe-private = Toi seul vois le résultat ; tu peux le publier plus tard
describe-job = L’ID qui se trouve sous { button-details }
describe-remix = De qui les membres peuvent transformer les images
describe-refusals = Y noter aussi qu’un prompt a été refusé, sans ses mots
describe-threads = Où montrer les nouvelles versions d’un résultat
describe-language = Langue des messages publics ici
describe-log = Le salon où la modération lit les signalements
describe-log-channel = Laisse vide pour aucun
describe-pause = Personne ne peut m’utiliser dans ce salon pour l’instant
describe-resume = Les membres peuvent de nouveau m’utiliser dans ce salon
describe-ban = Bloquer un membre pour un temps
describe-unban = Laisser revenir un membre bloqué
describe-member = Qui
describe-days = Pour combien de jours ; 7 par défaut
describe-channel = Un salon au lieu de tout le serveur
describe-role = Seulement les membres avec ce rôle ; vide pour tous
describe-only-channel = Seulement dans ce salon ; vide pour partout
menu-remix = Transformer l’image
menu-info = Infos sur l’image

## Web

web-tagline = des images à partir d’images
web-skip = Aller au contenu
web-back = Vers l’espace d’essai
web-wish = Ce que tu veux
web-stage = L’image
web-history = Historique
web-history-empty = Rien pour l’instant.
web-welcome = Dépose une image et dis ce qu’elle doit devenir
web-welcome-how = Ou colles-en une, ou prends une photo. La force dit combien elle change.
web-start = Partir de
web-start-same = la même image
web-start-result = ce résultat
web-picture = Image
web-picture-help = PNG, JPEG, WebP, GIF, BMP, HEIC ou AVIF, { $most } Mo au plus ; dépose ou colle n’importe où.
web-picture-other = Seulement pour partir d’une autre.
web-prompt = Prompt
web-prompt-help = Que doit-elle devenir ? Ctrl+Entrée lance la création.
web-strength = Force
web-none = aucun
web-more = Plus d’options
web-generate = Générer
web-sending = Envoi…
web-map = Une carte à toi
web-map-help = Par exemple un dessin des lignes à garder ; sinon elle est tirée de l’image.
web-sketch = Papier à dessin
web-sketch-use = Utiliser ce dessin
web-sketch-clear = Effacer
web-slider = Avant et après
web-slider-said = { $share } après
web-before = L’image d’avant
web-spoiler = Afficher le spoiler
web-preview = Son aspect actuel
web-progress = Progression
web-download = Télécharger
web-swept = L’image n’est plus conservée ; sa recette l’est.
web-lineage = D’où elle vient
web-size = Taille
web-seconds = Secondes
web-id = Tâche
web-delete-ask = Supprimer ce résultat ?
web-delete-what = Ses images et ses mots disparaissent pour de bon, et mes messages qui le montrent aussi.
web-delete-not = La garder
web-refused-host = Cette page ne répond qu’à sa propre adresse : ouvre celle affichée au démarrage.
web-refused-origin = Cela venait d’un autre site, donc rien n’a été fait : utilise les boutons de cette page.
web-refused-token = Ouvre l’adresse affichée au démarrage : elle te laisse entrer.
web-refused-page = Cette page n’existe pas : repars de l’espace d’essai.
web-refused-slow = L’envoi est arrivé trop lentement et a été abandonné : recommence.
web-refused-form = Ce formulaire est illisible : recharge la page et renvoie-le.
web-refused-fault = Quelque chose a échoué ici et figure dans le journal : réessaie.
web-refused-away = Le service ne répond pas : vérifie qu’il tourne encore, puis renvoie ceci.
web-refused-no-picture = Choisis une image de départ.
web-refused-two-pictures = Envoie une image à la fois.
web-refused-size = Ce fichier dépasse { $most } Mo, le maximum : envoie-le plus petit, ou en JPEG.
refused-web-links = Tu as des liens encore ouverts : utilises-en un, ou redemande dans { $minutes } minutes.
web-pages = Pages
web-playground = Espace d’essai
web-gallery = Galerie
web-search = Rechercher
web-any = tous
web-gallery-empty = Rien pour l’instant : fais-en une dans l’espace d’essai.
web-gallery-none = Rien trouvé : essaie d’autres mots.
web-gallery-more = En voir plus
web-signin = Se connecter
web-signin-ask = Ce lien du bot te connecte sur cet appareil, une seule fois.
web-account = Compte
web-archive = Télécharger tout ce qui me concerne
web-leave = Se déconnecter
web-leave-everywhere = Se déconnecter partout
web-refused-signin = Demande au bot avec /web dans ta messagerie : il te donne un lien de connexion.
web-refused-link = Ce lien a déjà servi ou date de plus de dix minutes : demandes-en un autre au bot avec /web.
web-refused-tries = Trop d’essais : attends une minute, puis réessaie.
web-link = Ce lien ouvre tes images sur le web. Il est pour toi seul, sert une fois et expire dans dix minutes.
web-open = Ouvrir
describe-web = Tes images sur le web : un lien pour toi seul
refused-web-off = L’administrateur du bot n’a pas activé les pages web : il n’y a pas de lien.
web-negative-prompt = Prompt négatif
web-guidance-scale = Guidage
web-control = Structure
web-operator = Exploitation
web-mode-running = En marche : les demandes sont prises et exécutées.
web-mode-paused = En pause : les demandes sont prises, et rien ne commence.
web-mode-draining = Vidage : rien de nouveau n’est pris, et ce qui attend est exécuté.
web-op-drained = Il ne reste rien à faire.
web-op-mode = Mode de fonctionnement
web-op-pause = Mettre en pause
web-op-resume = Reprendre
web-op-drain = Vider
web-op-what-they-do = La pause ne commence plus rien ; le vidage ne prend plus rien et exécute ce qui attend, par exemple avant une mise à jour. Les deux survivent à un redémarrage, jusqu’à la reprise.
web-op-running = En cours
web-op-queue = File d’attente
web-op-nothing = Rien.
web-op-more = { $jobs } autres attendent.
web-op-member = Membre
web-op-place = Lieu
web-op-what = Genre
web-op-age = Âge
web-op-act = Action
web-op-cancel = Annuler la tâche de { $member }
web-op-devices = Appareils et modèles
web-op-device = Appareil
web-op-loaded = Modèles en mémoire
web-op-offered = Modèles proposés
web-op-memory = Mémoire utilisée, sur
web-op-worker = Processus
web-op-work = En cours
web-op-of = { $count } sur { $most }
web-op-lost = Processus plantés ou bloqués
web-op-works = fonctionne
web-op-restart = Redémarrer les processus
web-op-restart-it = Redémarrer
web-op-restart-one = Redémarrer le processus de { $device }
web-op-restart-help = Les processus sont redémarrés, un appareil après l’autre. Ce qu’un appareil a en cours se termine d’abord, et personne ne perd d’image.
web-op-restarting = Les processus redémarrent : { $count } sur { $most }.
web-op-restarted = Redémarrés : { $devices }.
web-op-restart-lost = Pas revenus après le redémarrage : { $devices }
web-op-pace = Secondes par étape et mégapixel, médiane et neuvième décile
web-op-up = En marche depuis
web-op-failures = Derniers échecs
web-op-reason = Raison
web-op-unshown = N’ont pas pu être montrés
web-op-usage = Utilisation en 24 heures
web-op-jobs = Tâches
web-op-pictures = Images
web-op-ended = Terminées depuis le démarrage
web-op-disk = Disque
web-op-disk-pictures = Images enregistrées
web-op-disk-database = Base de données
web-op-disk-free = Libre
web-op-settings = Réglages en vigueur
web-op-setting = Réglage
web-op-value = Valeur
web-op-origin = De
web-op-default = défaut
web-op-state = État
web-op-job = La tâche d’un membre
web-op-hidden = Ses mots et ses images appartiennent au membre et sont masqués. Révéler les montre pendant dix minutes et le note dans le journal.
web-op-reveal = Révéler
web-op-revealed = Révélé ; le journal l’indique.
web-op-result = Résultat { $number }
web-op-back = Vers l’aperçu
web-op-token = Jeton d’exploitation
web-op-token-help = La valeur de WEB_OPERATOR_TOKEN au démarrage du service.
web-refused-operator = Connecte-toi d’abord en tant qu’exploitant.
web-refused-operator-token = Ce n’est pas le jeton d’exploitation.
web-keep = Garder
web-keep-not = Ne plus garder
web-kept = gardée
web-kept-note = Tu gardes ce résultat : il reste jusqu’à ce que tu le supprimes ou ne le gardes plus.
web-goes = L’image disparaît dans { span }, sauf si tu la gardes.
refused-keeps = Tu gardes { $most } résultats, c’est le maximum : laisses-en partir un d’abord.
web-refused-busy = Tu en as trop d’ouvertes en même temps : attends un instant, puis réessaie.
refused-no-common-model = Les lieux d’où tu viens n’autorisent aucun modèle en commun : demande dans l’un de leurs canaux.
web-sample = Essayer avec cette image
web-sample-prompt = peinture à l’huile d’une tasse
web-strength-ignored = Ce modèle suit des instructions : la force n’a pas de sens pour lui.
web-against = Comparer avec
web-against-source = son image de départ
web-against-first = la première image
web-against-parent = le résultat précédent
web-strength-help = 0 garde l’image, 1 l’ignore.
