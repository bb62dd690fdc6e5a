headline-received = Recibido
headline-queued = En cola
headline-queued-at = N.º { $position } en la cola
headline-paused-at = En pausa por quien administra el bot, n.º { $position } en la cola
headline-interrupted = Interrumpido, de vuelta en la cola
headline-starting = Empezando
headline-downloading = Se está descargando el modelo
headline-downloading-size = Se está descargando el modelo: { NUMBER($done, minimumFractionDigits: 1) } de { NUMBER($of, minimumFractionDigits: 1) } { $unit }
headline-downloading-left = Se está descargando el modelo: { NUMBER($done, minimumFractionDigits: 1) } de { NUMBER($of, minimumFractionDigits: 1) } { $unit }, faltan unos { $minutes } min
headline-loading = Cargando el modelo
headline-painting = Pintando… { $percent } %
headline-finishing = Terminando
headline-drawing = Dibujando el mapa
headline-done = Listo
headline-map = El mapa
headline-cancelled = Cancelado
headline-unrendered = Este resultado no se puede mostrar por ahora: queda guardado y llegará tras mi próximo inicio.

word-subtle = sutil
word-balanced = equilibrado
word-strong = fuerte
word-reimagine = reinventado

fact-strengths = fuerzas { $strengths }
fact-seed = semilla { $value }
fact-seeds = semillas { $seeds }
fact-steps = pasos { $value }
fact-guidance-scale = guía { $value }
fact-model = modelo { $value }
fact-style = estilo { $value }
fact-loras = adaptadores { $value }
fact-edits = editada según la instrucción
fact-control = estructura { $kind }
fact-control-map = estructura { $kind }, de un mapa dado
fact-control-scale = fuerza de la estructura { $scale }
fact-control-span = estructura de { $start } a { $end } de los pasos
control-canny = canny: todos los bordes
control-lineart = lineart: líneas dibujadas
control-scribble = scribble: pocos trazos gruesos
control-softedge = softedge: bordes suaves
control-depth = depth: cerca y lejos
control-pose = pose: articulaciones de personas
control-none = ninguna: solo decide la fuerza
label-strength = fuerza { $strength }
label-seed = { $number }: semilla { $seed }
alt-picture = { $prompt } (imagen generada por IA, fuerza { $strength })
alt-map = Mapa de estructura ({ $kind })
alt-preview = Vista previa, sin terminar
alt-source = Imagen de partida
alt-compare = Antes y después
notify-ready = tu imagen está lista ↑
alt-described = { $alt }. Hecha a partir de: { $description }

print-pass = pasada { $depth }
print-made-by-ai = hecho con IA
print-seconds = { $seconds } s
print-id = id { $id }

card-expected = Listo { $when } · casi siempre antes de las { $late }
slack-card-expected = Listo hacia las { $when } · casi siempre antes de las { $late }
card-left = { $unit ->
    [hours] ~{ $count } h
    [minutes] ~{ $count } min
   *[seconds] ~{ $count } s
 }
note-animated = Está animada: usé el primer fotograma.
note-kept-smaller = La imagen se guardó más pequeña de lo que se envió, lo que basta para cualquier otra fuerza: para todos sus píxeles, envíala de nuevo con fuerza 0.
note-made-smaller = Reducida a { $size }: { $wanted } no cabía en la memoria del dispositivo.
note-sent-as = Enviada como { format-sent }, porque aquí un archivo puede tener { $most } MB como mucho.
note-sent-smaller = Enviada como { format-sent }, con { $size } en vez de { $full } píxeles, porque aquí un archivo puede tener { $most } MB como mucho.
format-sent = { $format ->
    [lossless] WebP sin pérdida
   *[other] { $format }
 }
note-too-large = Demasiado grande para este canal. Abre { button-details } para tenerla como archivo.
note-thread-closed = No puedo escribir en su hilo, así que se queda aquí.
note-sent-directly = No se pudo mostrar donde lo pediste, así que te llega directamente.
note-stays = La imagen solo se puede mostrar donde la pediste: pulsa allí un botón o pídela allí otra vez.
note-recipe-unread = De la receta pegada, esto no existe aquí y se dejó fuera: { $settings }.
note-weights-unread = Los pesos como (palabra:1.3) no actúan aquí: las palabras se leyeron sin ellos.
note-strength-used = Hecha con fuerza { $strength }: este modelo cuenta la fuerza en pasos enteros, así que no con { $wanted }.
note-lora-in-part = Del adaptador «{ $name }», { $missed } de { $all } capas no encajan en este modelo y no tuvieron efecto.
note-schedule-unread = Los cambios durante el proceso como [día:noche:0.5] no actúan aquí: todas las palabras se leyeron desde el principio.
note-prompt-unread = El prompt es demasiado largo para este modelo. No leído: «{ $words }».
note-negative-unread = El prompt negativo es demasiado largo para este modelo. No leído: «{ $words }».
note-negative-unguided = El prompt negativo no actúa con una guía de { $guidance }: pide más, por ejemplo 5.
note-negative-idle = El prompt negativo no actúa con el modelo { $model }.

button-subtle = Sutil { $strength }
button-balanced = Equilibrado { $strength }
button-strong = Fuerte { $strength }
button-reimagine = Reinventar { $strength }
button-chain = Encadenar
button-keep-at = Conservar { $mark }
button-keep = Conservar
button-compare = Comparar
button-original = Original
menu-styles = Elegir un estilo…
menu-chain = Encadenar desde…
button-reroll = Repetir con otra semilla
button-edit = Editar
button-sweep = Serie
button-details = Detalles
button-delete = Borrar
button-cancel = Cancelar
button-showmap = Ver el mapa
button-usemap = Usar el mapa
button-askmap = Usar el mapa
button-publish = Publicar
button-publishopen = Publicar sin spoiler
button-collect = Recoger
button-erase = Borrar
button-leave = Conservar
button-take = Usar { $style }
button-pick = Elegir una imagen
button-report = Denunciar
button-ban = Bloquear 7 días
button-dismiss = Descartar
button-thread = Seguir en un hilo
button-forget = Borrar todo

advice-ai-picture = Consejo: una imagen hecha por IA se pule mejor con fuerza 0,35.
advice-low-contrast = Consejo: la imagen de partida tiene poco contraste y da poco apoyo; aclárala o usa más fuerza.
advice-faint = Consejo: con fuerza { $strength } un estilo apenas se nota; prueba { $usual }.
advice-fierce = Consejo: con fuerza { $strength } no queda casi nada de la imagen de partida; prueba { $usual }.
advice-no-style = Consejo: nombra un estilo, p. ej. oil painting. Mira /styles.

refused-our-fault = Algo salió mal de mi lado: inténtalo de nuevo en un minuto.
refused-busy = El chat no acepta mi respuesta ahora mismo: inténtalo de nuevo en un minuto.
refused-no-prompt = Di en qué debe convertirse la imagen, por ejemplo «un cuadro al óleo».
refused-no-picture = No veo ninguna imagen. Adjunta una, responde a un mensaje que tenga una, o elige una aquí.
refused-no-picture-there = Ese mensaje no tiene una imagen que pueda usar: elige uno con una foto, un dibujo o un resultado.
refused-sticker = No puedo usar pegatinas. Envía una imagen como archivo.
refused-withheld = Discord no me muestra esa imagen. Elígela aquí, o abre su menú, Aplicaciones, { menu-remix }.
refused-role-withheld = Discord no me muestra los mensajes que nombran mi rol: mencióname a mí, la entrada marcada como aplicación.
refused-several-pictures = Hay { $count } imágenes: envía una, o elige con Aplicaciones, { menu-remix }.
refused-several-results = Hay { $count } resultados en ese mensaje: elige uno debajo, en «{ menu-chain }».
refused-form-forgotten = Ese formulario ha caducado. Elige de nuevo { menu-remix }.
refused-wish-gone = Ha pasado demasiado tiempo: pídelo otra vez.
refused-form-gone = Ya no tengo ese formulario: abre uno nuevo, lo que escribiste está en mi respuesta.
refused-double = Exactamente eso ya está en marcha.
refused-gone = Ese resultado ya no se guarda: envía la imagen de nuevo.
refused-not-yours = Eso solo puede hacerlo quien lo pidió.
refused-unknown = Ese botón está anticuado. Recarga el chat e inténtalo de nuevo.
refused-this-one = Es justo esta: elige otra fuerza.
refused-message-stays = Las imágenes están borradas aquí, pero no puedo borrar el mensaje: pídeselo a la moderación.
refused-unsent = No pude escribirte: permite los mensajes directos de miembros de este servidor e inténtalo de nuevo.
refused-permission = Me falta el permiso { $permission } en este canal: pide a quien administra el servidor que me lo dé.
refused-thread = No pude abrir un hilo aquí; todo sigue en el canal.
refused-thread-permission = Me falta el permiso { $permission } en este canal, así que todo sigue aquí: pide a quien administra el servidor que me lo dé.
refused-server-only = Los ajustes son de un servidor: usa /settings en uno.
refused-shown-alone = Aquí solo puedo mostrarte a ti lo que haces: pregunta a quien administra el servidor.
refused-paused = Estoy en pausa aquí. La moderación puede reanudarme en los ajustes.
refused-banned = La moderación de aquí te bloqueó durante { span }.
refused-no-moderator = Eso solo puede hacerlo la moderación.
refused-no-log = Los admins no eligieron un canal para denuncias. Avisa directamente a la moderación.
refused-log-unwritable = No puedo escribir en el canal de denuncias. Avisa directamente a la moderación.
refused-reported = Ya lo has denunciado.
refused-days = Un bloqueo dura de 1 a 365 días.
refused-manage-server = Solo quienes gestionan el servidor pueden cambiar los ajustes: pregunta a uno de ellos.
refused-no-job = Eso no es el ID de un trabajo. Está en { button-details }.
refused-blocked-prompt = Una de tus palabras no está permitida aquí: dilo de otra manera.
withheld-unsafe = El resultado no está permitido en este canal. Prueba otro prompt, una fuerza menor u otra imagen.
withheld-but-private = El resultado no se puede mostrar a todos aquí. Pídelo otra vez en privado.
withheld-unchecked = La imagen no se pudo comprobar, así que nadie la ve: inténtalo en un minuto y avisa a quien administra el bot si sigue así.
refused-unsafe-there = Esa imagen no se puede mostrar en este lugar: mírala donde se pidió.
blocked-by-automod = El AutoMod de este servidor retuvo mi mensaje con tu imagen: prueba otras palabras u otro canal.

span = { $unit ->
    [days] { $count ->
        [one] 1 día
       *[other] { $count } días
     }
    [hours] { $count ->
        [one] 1 hora
       *[other] { $count } horas
     }
    [minutes] { $count ->
        [one] 1 minuto
       *[other] { $count } minutos
     }
   *[seconds] { $count ->
        [one] 1 segundo
       *[other] { $count } segundos
     }
 }
refused-storage = Ahora mismo no puedo guardar nada: inténtalo de nuevo en unos minutos.
refused-restarting = Me estoy reiniciando: inténtalo de nuevo en un minuto.
refused-draining = De momento no acepto nada nuevo: quien administra el bot va a hacer mantenimiento. Lo que espera aún se hará. Vuelve más tarde.
refused-queue-full = La cola está llena: vuelve en { span }.
refused-pending = Ya tienes { $pending } de { $most } trabajos en la cola. Espera a que termine uno o cancela uno.
refused-waiting = Ya esperan { $most } peticiones tuyas que aún no he mirado: espera primero mis respuestas.
refused-more-than-a-request = Aquí una petición es de { $most } imágenes como mucho y esta pide { $asked }: pide menos.
refused-more-than-a-day = Puedes tener { $most } imágenes en 24 horas y pediste { $asked }: pide menos.
refused-day = Eso sería más que tus { $most } imágenes en 24 horas: vuelve en { span }.
refused-too-many-refused = { $most } de tus imágenes o textos se rechazaron en los últimos diez minutos: vuelve en { span }.
refused-channel = En este canal no se me puede usar: pregunta dónde, o pide a quien administra este sitio que lo permita.
refused-role = Para eso necesitas un rol aquí: pregunta a quien administra este sitio cuál.
refused-source-hidden = La imagen de partida es de otro miembro y no es para todos.
refused-source-strength = La imagen de partida es de otro miembro y no es para todos: elige una fuerza de { $least } o más.
refused-others-picture = Aquí solo puedes transformar tus propias imágenes: adjunta una tú.
refused-not-yours-nor-moderator = Eso solo puede hacerlo quien lo pidió o la moderación.
refused-job-unknown = Ese trabajo no está aquí, quizá sea demasiado antiguo. El ID está en { button-details }.
refused-ended = Ese trabajo ya terminó: no queda nada que cancelar.
refused-picture-gone = Esa imagen ya no se guarda: envíala de nuevo.
refused-published = Ya está publicada ahí.
refused-strength = La fuerza va de 0 (la imagen tal cual) a 1 (la imagen se ignora); diste { $given }.
refused-strength-word = La fuerza es un número de 0 a 1 o una de estas palabras: { word-subtle }, { word-balanced }, { word-strong }, { word-reimagine }; escribiste «{ $given }».
refused-sweep = Una serie admite de 1 a { $most } fuerzas; diste { $given }.
refused-seed = Una semilla es un número entero de 0 a { $most }; diste { $given }.
refused-count = La cantidad es un número entero de { $least } a { $most }; diste { $given }.
refused-steps = Los pasos son un número entero de { $least } a { $most }; diste { $given }.
refused-guidance-scale = La guía va de 0 a { $most }; diste { $given }.
refused-prompt-long = El prompt tiene { $length } caracteres, { $most } es el máximo: acórtalo.
refused-negative-prompt-long = El prompt negativo tiene { $length } caracteres, { $most } es el máximo: acórtalo.
refused-style = No hay ningún estilo «{ $style }» aquí. ¿Querías decir { $near }? Mira /styles.
refused-model = No hay ningún modelo «{ $model }» aquí. Disponibles: { $models }.
refused-model-here = El modelo «{ $model }» no se puede usar aquí: hay { $models }.
refused-sweep-of-editor = El modelo «{ $model }» sigue una instrucción y no tiene fuerza. Pide una sola imagen.
refused-alike-strengths = El modelo «{ $model }» cuenta la fuerza en pasos enteros, y con { $steps } pasos algunas de estas fuerzas dan la misma imagen: pide otras fuerzas o más pasos.
refused-lora = Un adaptador se escribe nombre o nombre:peso, con un peso de -{ $most } a { $most }; escribiste «{ $given }».
refused-lora-none = El modelo «{ $model }» no tiene adaptadores: quítalos, o elige otro modelo.
refused-lora-unknown = El modelo «{ $model }» no tiene el adaptador «{ $name }»: hay { $names }.
refused-loras = Una imagen admite { $most } adaptadores como mucho; nombraste { $given }.
refused-control-scale = La fuerza de la estructura va de 0 a { $most }; diste { $given }.
refused-control-start = La estructura empieza en una parte de los pasos de { $least } a { $most }; diste { $given }.
refused-control-end = La estructura acaba en una parte de los pasos de { $least } a { $most }; diste { $given }.
refused-control-span = La estructura empieza y acaba en partes de los pasos de 0 a 1, el inicio antes del final; diste { $start } y { $end }.
refused-control-unnamed = Di para qué estructura es: { $kinds }.
refused-control-unknown = La estructura «{ $given }» no existe aquí: hay { $kinds }.
refused-control-elsewhere = El modelo «{ $model }» no sabe conservar { $kind }: elige para eso el modelo { $models }.
refused-control-other = El modelo «{ $model }» no sabe conservar { $kind }: elige entre { $kinds }.
refused-control-none = El modelo «{ $model }» no sabe conservar estructura: no la pidas, o pide a quien administra el bot un modelo de las familias Stable Diffusion, FLUX.1 o Qwen-Image con ControlNets.
refused-map = El mapa de estructura no se puede usar. { $why }
refused-map-gone = Ese mapa de estructura ya no se guarda: dalo otra vez.
refused-map-unnamed = Di qué mapa de estructura dibujar: { $kinds }.
refused-blocklist-long = Una lista de palabras bloqueadas tiene { $most } entradas como mucho; diste { $given }.
refused-blocklist-entry-long = Una entrada de una lista de palabras bloqueadas tiene { $most } caracteres como mucho: acórtala.
refused-blocklist-entry = Una entrada de una lista de palabras bloqueadas necesita una letra o una cifra: * y ? solos bloquearían todo.
refused-flag-empty = Falta un valor después de --{ $flag }.
refused-flag-map = --map no vale aquí: el mapa solo se dibuja con /map.
refused-flag-twice = --{ $flag } aparece varias veces con valores distintos: deja solo una.
refused-flag-unknown = La opción --{ $flag } no existe; ¿quieres decir --{ $near }?
refused-fetch = No pude traer la imagen, su servidor no respondió: envíala de nuevo.
refused-fetch-status = No pude traer la imagen (su servidor respondió { $status }): envíala de nuevo.
refused-elsewhere = Solo acepto imágenes subidas aquí: adjunta el archivo mismo.
refused-file-larger = Ese archivo pasa de { $most } MB: envía uno más pequeño.
refused-file-size = Ese archivo tiene { $size } MB, { $most } MB es el máximo: envíalo más pequeño o como JPEG.
refused-empty = Ese archivo está vacío: envía la imagen de nuevo.
refused-cannot-open = Ahora mismo no puedo abrir imágenes: inténtalo de nuevo en un minuto.
refused-broke-off = Abrir esa imagen tardó demasiado o se interrumpió: guárdala de nuevo como PNG o JPEG sencillo, o más pequeña.
refused-unusable = Esa imagen no se puede usar: guárdala de nuevo como PNG o JPEG sencillo.
refused-memory = Abrir esa imagen necesita más memoria de la que aquí puede usar: envíala con menos píxeles.
refused-pixels = Esa imagen tiene { $megapixels } megapíxeles ({ $size }), { $most } es el máximo: envíala reducida.
refused-small = Esa imagen tiene { $size } píxeles, cada lado necesita al menos { $least }: envía una más grande.
refused-narrow = Esa imagen tiene { $size } píxeles, es más de { $most } veces más larga que ancha: envía una parte recortada.
refused-cut-off = Ese { $format } está incompleto. Envía de nuevo el archivo entero.
refused-damaged = Ese { $format } está dañado y no se puede leer: guárdalo de nuevo y envíalo.
refused-jpeg-bits = Ese JPEG tiene { $bits } bits por color: guárdalo con 8, como un JPEG corriente, y envía ese.
refused-jpeg-kind = Ese JPEG es de un tipo poco común que no sé leer (sin pérdidas o jerárquico): guárdalo como JPEG o PNG corriente.
refused-jpeg-scans = Ese JPEG forma su imagen en más de { $most } pasadas, o en demasiadas para su tamaño: guárdalo de nuevo como un JPEG corriente.
refused-heic = Es una foto HEIC, que aquí no puedo abrir: envía una captura de pantalla, o haz que tu iPhone guarde JPEG en Ajustes, Cámara, Formatos, «Más compatible».
refused-web-page = Ese enlace lleva a una página web, no a una imagen; quizá pida iniciar sesión. Guarda la imagen y envía el archivo.
refused-no-format = No veo ninguna imagen en ese archivo: envía un PNG, JPEG o WebP.
refused-format = Eso es { format-name }; acepto PNG, JPEG, WebP, GIF, BMP, AVIF y HEIC: { format-mend }.
format-name = { $kind ->
    [raw] un archivo RAW de cámara
    [TIFF] un TIFF o un archivo RAW de cámara
    [Photoshop] un archivo de Photoshop (PSD)
    [GIMP] un archivo de GIMP (XCF)
    [PostScript] un archivo PostScript (EPS)
    [SVG] un dibujo SVG
    [ZIP] un archivo ZIP o un documento
    [packed] un archivo comprimido
    [video] un vídeo
    [sound] un archivo de sonido
    [sound-or-video] un archivo de sonido o vídeo
   *[other] un { $kind }
 }
format-mend = { $kind ->
    [SVG] expórtalo como PNG y envíalo
    [PDF] envía la página como imagen PNG
    [video] envía uno de sus fotogramas como PNG
    [ZIP] envía la imagen misma, sin comprimir
    [packed] envía la imagen misma, sin comprimir
   *[other] guarda la imagen en uno de ellos y envíala de nuevo
 }

refused-slack-no-picture = No veo ninguna imagen aquí: adjunta una a tu mensaje, mencióname en el hilo de una o usa /img2img.
refused-slack-no-picture-there = En ese mensaje no hay ninguna imagen: elige uno que la tenga, o usa /img2img.
refused-slack-thread = No puedo leer este hilo: invítame con /invite o adjunta la imagen a tu mensaje.
refused-slack-thread-scope = No tengo permiso para leer este hilo (falta { $scope }): adjunta la imagen a tu mensaje.
refused-slack-thread-busy = Slack está saturado y no me mostró el hilo: adjunta la imagen a tu mensaje o inténtalo pronto de nuevo.
refused-slack-file = No puedo ver ese archivo: invítame a su canal con /invite, o usa /img2img y añade ahí la imagen.
refused-slack-file-busy = Slack está saturado y no me dio la imagen: inténtalo de nuevo en un minuto.
refused-slack-login = Slack no me dejó leer ese archivo: invítame a su canal con /invite; si no basta, pide a quien administra este espacio de trabajo que me instale de nuevo con el permiso files:read.
refused-slack-shared = Otra organización compartió ese archivo y no puedo leerlo: súbelo aquí tú.
refused-slack-outside = Ese archivo está fuera de Slack y solo acepto lo que se sube: súbelo aquí.
refused-slack-deleted = Ese archivo se borró: súbelo de nuevo.
refused-slack-hidden = Ese archivo es más antiguo de lo que el plan gratuito de Slack mantiene accesible: súbelo de nuevo.
refused-not-a-picture = Ese archivo no es una imagen: envía un PNG, JPEG o WebP.
refused-slack-several-pictures = Hay { $count } imágenes: envía sola la que quieres.
refused-slack-no-controls = Ningún modelo de aquí sabe conservar estructura: pide un ControlNet a quien administra el bot.
refused-map-kind-missing = Elige qué muestra el mapa.
refused-slack-button = Ese botón está anticuado. Usa /img2img.
refused-slack-unpublishable = Ya no hay ninguna imagen que publicar.
refused-slack-no-channel = No se pidió en un canal, así que no hay ninguno donde publicarlo.
refused-slack-unpublished = No pude publicarlo ({ $reason }): invítame a ese canal con /invite.
refused-slack-unsent = No pude escribirte ({ $reason }): abre primero una conversación conmigo.
refused-slack-admins = Solo los administradores de este espacio de trabajo cambian sus ajustes: pídeselo a uno de ellos.
refused-no-upload = Falta la imagen: abre de nuevo el formulario y añádela.
refused-add-picture = Añade la imagen de partida: PNG, JPEG o WebP.
refused-slack-whole = Un número entero de { $least } a { $most }, por favor; escribiste «{ $given }».
refused-slack-number = Un número de 0 a { $most }, por favor; escribiste «{ $given }».
refused-slack-too-late = Slack me dio muy poco tiempo para abrir eso: inténtalo de nuevo.
refused-slack-busy = Slack está saturado: inténtalo de nuevo en un minuto.
refused-slack-elsewhere = No puedo hacer eso en esta conversación: invítame con /invite o usa /img2img.
refused-slack-scope = Me falta el permiso { $scope }: pide a quien administra este espacio de trabajo que me instale de nuevo.
refused-slack-files = Aquí no se pueden compartir archivos: pide a quien administra este espacio de trabajo que lo permita.
refused-slack-refused = Slack rechazó eso ({ $reason }): inténtalo de nuevo, y avisa a quien administra el bot si sigue así.
note-slack-not-uploaded = La imagen está lista, pero no puedo subirla aquí ({ $reason }): pide a quien administra este espacio de trabajo que lo permita.
note-slack-below = Slack no mostró la imagen aquí: está debajo, en el hilo.
note-slack-moved = { $where ->
    [people] No puedo escribir en un mensaje directo entre personas, así que esto te llega solo a ti.
   *[channel] No pude mostrar esto en el canal, así que te llega solo a ti. Si no estoy allí, invítame con /invite.
 }
slack-answered-alone = { $where ->
    [people] No puedo escribir en un mensaje directo entre personas, así que tu imagen llega a nuestra propia conversación.
   *[channel] No puedo mostrar tu imagen en este canal, así que llega a nuestra propia conversación. Si no estoy en el canal, invítame con /invite.
 }
slack-published = Publicado en el canal.
slack-saved = { $scope ->
    [channel] Los ajustes de este canal están guardados.
   *[workspace] Los ajustes de este espacio de trabajo están guardados.
 }
slack-close = Cerrar
page-privacy = Privacidad
slack-privacy-kept = Guardo las imágenes que envías y haces, tus prompts y lo que pulsaste, para que puedas repetirlas y encadenarlas. Desaparecen solas tras el tiempo que fijó quien administra el bot. Nadie entrena con ellas.
slack-export = Enviarme todo
slack-packing = Se está empaquetando y llega como mensaje directo.
slack-forget-title = ¿Borrar todo?
slack-keep = Conservar
slack-remix = Transformar imagen
slack-team-settings = Ajustes del equipo
home-results = Tus últimos resultados
home-no-results = Nada todavía: transforma una imagen o envíame una con unas palabras.
home-quota = { $most ->
    [0] { $pictures } imágenes en las últimas 24 horas
   *[other] { $pictures } de { $most } imágenes en las últimas 24 horas
 }
slack-hello = Envíame una imagen con unas palabras, por ejemplo «conviértela en un cuadro al óleo --strength 0.7», o mencióname en el hilo de una imagen. /img2img abre un formulario, /help cuenta más.
slack-styles-show = Muéstrame imágenes
styles-coming = Las imágenes te llegan por mensaje directo.
styles-sent = Todos los estilos, con una imagen de cada uno, están en el hilo de este mensaje.
slack-sent-directly = Te lo envié por mensaje directo.
confirm-delete-title = ¿Borrar este resultado?
confirm-delete-what = Las imágenes y el mensaje se van para siempre.
slack-here = esta conversación
slack-settings-whose = Ajustes actuales. Los administradores del espacio de trabajo pueden cambiarlos.

failed-too-often = Este trabajo hizo fallar el motor demasiadas veces y se detuvo. Prueba otra imagen u otro prompt.
failed-interrupted = Este trabajo se interrumpió demasiadas veces y se detuvo: prueba otra imagen u otro prompt.
failed-source-unreadable = No se pudo leer la imagen de partida: envíala de nuevo.
failed-model-too-large = El modelo «{ $model }» no cabe en la memoria: usa otro.
failed-picture-too-large = El dispositivo se quedó sin memoria con { $size } y también con tamaños menores: envía una imagen más pequeña.
failed-not-saved = No se pudo guardar el resultado ({ $reason }): avisa a quien administra el bot.
failed-model-unable = El modelo «{ $model }» no pudo con esto: prueba otros ajustes; el registro dice más.
failed-model-not-offered = El modelo «{ $model }» no se ofrece aquí: elige entre { $models }.
failed-model-unavailable = Este modelo no se puede usar: usa otro, o pásale esto a quien administra el bot: { $reason }
failed-too-many-steps = El modelo «{ $model }» no puede dar { $steps } pasos: prueba con menos.
failed-overflow = El modelo «{ $model }» produjo valores no válidos: prueba una guía más baja u otras palabras.
failed-no-lines = La imagen no muestra líneas para { $kind }: envía una con bordes claros, o un mapa tuyo.
failed-no-depth = La imagen no muestra profundidad: envía otra, o un mapa tuyo.
failed-no-person = La imagen no muestra a nadie: elige otra estructura, o envía un mapa de pose.
failed-map-unreadable = No se pudo leer el mapa de estructura: envíalo de nuevo.
failed-map-blank = El mapa para { $kind } está vacío: envía uno que muestre qué conservar.
failed-map-unnamed = No hay mapa sin estructura: di qué estructura muestra.
failed-no-map-model = Aquí no hay ningún modelo para { $kind }: envía un mapa tuyo, o elige otra estructura.
failed-map-model-broken = El modelo «{ $model }» para { $kind } no se puede cargar ({ $reason }): quien administra el bot tiene que corregir control.{ $kind }_model.
failed-no-control = El modelo «{ $model }» no sabe conservar { $kind }: la estructura se conserva con modelos de las familias Stable Diffusion, FLUX.1 y Qwen-Image; no la pidas, o elige uno de esos.
failed-control-not-offered = El modelo «{ $model }» no sabe conservar { $kind }: { $kinds ->
    [none] no conserva ninguna estructura.
   *[other] sabe conservar { $kinds }.
 }
failed-no-network = Este modelo no sabe conservar { $kind }: le falta un ControlNet para eso.
failed-network-none = El ControlNet «{ $network }» no lo es: quien administra el bot tiene que corregir la entrada.
failed-network-broken = El ControlNet «{ $network }» no se puede cargar ({ $reason }): quien administra el bot tiene que corregir la entrada.
failed-network-foreign = El ControlNet «{ $network }» está hecho para otros modelos: quien administra el bot tiene que corregir la entrada.
failed-no-loras = El modelo «{ $model }» no admite adaptadores: quítalos, o usa otro.
failed-lora-unknown = El modelo «{ $model }» no tiene el adaptador «{ $name }»: { $names ->
    [none] no hay ninguno.
   *[other] hay { $names }.
 }
failed-lora-foreign = El adaptador «{ $name }» está hecho para otra clase de modelo que «{ $model }»: quítalo.
failed-lora-kind = El adaptador «{ $name }» es un { $kind }, que no se puede cargar para «{ $model }»: quítalo, o usa un LoRA.
failed-lora-words-only = Del adaptador «{ $name }» solo la parte del codificador de texto encaja en «{ $model }», no la que pinta: está hecho para otra clase de modelo, quítalo.
failed-lora-no-words = Del adaptador «{ $name }» la parte del codificador de texto no encaja en «{ $model }»: quítalo.
failed-lora-not-here = El adaptador «{ $name }» no se puede usar, no está en esta máquina y el hub no lo dio: quítalo y avisa a quien administra el bot.
failed-lora-lost = El adaptador «{ $name }» no se puede usar, no hay tal archivo, carpeta ni repositorio del hub con un solo archivo .safetensors: quítalo y avisa a quien administra el bot.
failed-lora-broken = El adaptador «{ $name }» no se puede usar, su archivo está dañado o no es un archivo safetensors: quítalo y avisa a quien administra el bot.
failed-lora-empty = El adaptador «{ $name }» no se puede usar, su archivo { $file } está vacío: quítalo y dile a quien administra el bot que lo descargue de nuevo.
failed-lora-pointer = El adaptador «{ $name }» no se puede usar, su archivo { $file } es un puntero de Git LFS y no el archivo mismo: quítalo y dile a quien administra el bot que lo descargue de nuevo.
failed-lora-page = El adaptador «{ $name }» no se puede usar, su archivo { $file } es una página web y no el archivo mismo: quítalo y dile a quien administra el bot que lo descargue de nuevo.
failed-lora-unfinished = El adaptador «{ $name }» no se puede usar, su archivo { $file } aún se está descargando: quítalo hasta que termine.
failed-lora-forbidden = El adaptador «{ $name }» no se puede usar, el bot no tiene permiso para leer su archivo { $file }: quítalo y dile a quien administra el bot que lo permita.

form-remix = Transformar imagen
form-chain = Seguir desde aquí
form-edit = Editar y repetir
form-usemap = Usar este mapa
form-strength-usual = La del estilo, o { $strength }
form-strength-place = { $strength }, como es habitual aquí
form-strength-refine = { $strength }, para pulir
form-strength-kept = como estaba
strength-about-subtle = conserva casi toda la imagen
strength-about-balanced = cambia el estilo y conserva la composición
strength-about-strong = conserva los contornos
strength-about-reimagine = conserva poco de la imagen
field-prompt = ¿En qué debe convertirse?
field-prompt-description = La imagen que quieres ver, con tus palabras
field-strength = Fuerza
field-strength-description = Cuánto cambia. Otros números: --strength 0,62 tras tus palabras.
field-exact-strength = Otra fuerza
field-exact-strength-description = Un número de 0 a 1; va antes que la elección de arriba
field-style = Estilo
field-style-description = Un estilo predefinido, si quieres; /styles los muestra con imágenes
field-control = Estructura que se conserva
field-control-description = Líneas, profundidad o pose quedan a cualquier fuerza; el mapa sale de la imagen
field-picture = ¿Qué imagen?
field-picture-description = Ese mensaje tiene varias
field-upload = Otra imagen
field-upload-description = Solo si quieres partir de otra
form-sweep = Comparar fuerzas
form-refine = Pulir una imagen
form-map = Dibujar un mapa
form-submit = Crear
form-submit-map = Dibujar
form-again = Abrir el formulario de nuevo
form-advanced = Más opciones
form-about-message = Parte de la imagen de ese mensaje.
form-about-chain = Continúa desde ese resultado, una pasada más.
form-about-edit = Parte de la misma imagen que ese resultado.
form-about-usemap = Parte de la imagen para la que se dibujó este mapa, y conserva el mapa.
form-prompt-later = En qué debe convertirse; puedes decirlo después, en el mapa.
form-range = de { $least } a { $most }
form-settings = Ajustes
form-save = Guardar
choice-no-style = Ningún estilo
choice-no-model = El habitual
choice-no-usual-style = Ninguno por defecto
choice-no-usual-model = El del producto
choice-no-language = Como el chat
choice-no-results = Como lo pida cada miembro
choice-no-whose = Sin regla
choice-no-threads = Como es habitual aquí
results-private = Primero para quien la pidió
results-threads = En el canal, las repeticiones en un hilo
results-public = En el canal
scope-workspace = Todo el espacio de trabajo
scope-channel = Solo este canal
field-strengths = Fuerzas
field-negative-prompt = Dejar fuera
field-seed = Semilla
field-count = Imágenes
field-steps = Pasos
field-guidance-scale = Guía
field-model = Modelo
field-loras = Adaptadores
field-control-scale = Fidelidad a la estructura
field-control-start = Se conserva desde
field-control-end = Se conserva hasta
field-private = Primero solo para mí
field-map = Un mapa propio
field-source = Imagen
field-source-description = PNG, JPEG, WebP, AVIF o HEIC, 10 MB como mucho
field-scope = Para
field-usual-strength = Fuerza habitual
field-usual-strength-description = Un número de 0 a 1 o una palabra como fuerte; vacío, la del producto
field-usual-style = Estilo habitual
field-usual-model = Modelo habitual
field-language = Idioma de los mensajes públicos
field-log = Canal de denuncias
field-log-description = Ahí lee la moderación lo que los miembros denuncian.
field-paused = En pausa
field-paused-description = Nadie puede usarme ahí por ahora
field-refusals = Prompts rechazados
field-refusals-description = Una línea por cada uno en el canal de las denuncias, sin sus palabras
field-ban = Bloquear miembros
field-ban-description = No podrán usarme en este espacio durante 7 días.
field-banned = Miembros bloqueados
field-banned-description = Quita uno para dejarlo volver.
field-results = Resultados
field-whose = Qué imágenes se pueden transformar
field-threads = Nuevas versiones de un resultado
field-blocked = Palabras que ningún prompt puede tener
field-blocked-description = Una por línea o con comas; * vale por cualquier letra. Los miembros no ven la lista.
field-channels = Canales donde se me puede usar
field-channels-description = Vacío: todos los canales.
field-models = Modelos permitidos
field-models-description = Vacío: todos los modelos.
choice-no-control = { control-none }

queue-empty = No hay nada tuyo en la cola.
queue-mine = Tus trabajos
queue-total = { $jobs ->
    [0] La cola está vacía.
   *[other] { $jobs } en la cola
 }
queue-devices = { $working ->
    [0] Ahora mismo ningún dispositivo hace imágenes; lo que espera se conserva y se hará cuando vuelva alguno.
   *[other] { $working } de { $devices } dispositivos hacen imágenes.
 }
queue-running = en curso
queue-place = n.º { $position } en la cola
queue-paused = en pausa por quien administra el bot, n.º { $position } en la cola
queue-ready = n.º { $position } en la cola, listo { $when }
moment-ahead = en { span } más o menos
moment-ago = hace { span }
queue-uncollected = listo, pero no pude mostrarlo: pulsa Recoger
info-status = **{ $status }** · pedido { $when } por { $name }
info-negative = sin: { $prompt }
info-made = { $what }: { $size }, { $steps } pasos en { $seconds } s
info-hidden = una imagen de otro miembro
info-lineage = Historial
info-original = imagen original
info-undelivered = No se pudo mostrar: { $reason }
info-none = Ese mensaje no muestra ninguno de mis resultados: elige uno que lo haga.
report-title = Denuncia
refusal-title = Se rechazó un prompt
refusal-by = Pedido por { $name }
report-by = Denunciado por { $name }
report-asked = Pedido por { $name } { $when }
report-sent = Denunciado. La moderación ya lo ve.
thread-opened = Desde ahora, lo que se haga con esta imagen va a su hilo.
thread-there = Tu imagen llega en su hilo.
ban-done = { $name } no puede usarme aquí hasta { $until }.
status-received = recibido
status-queued = en cola
status-running = en curso
status-succeeded = listo
status-failed = fallido
status-cancelled = cancelado
status-refused = rechazado
styles-title = **Estilos**: elige uno y añade una imagen, o escribe donde sea --style y su nombre.
styles-how = Elige uno y añade una imagen, o escribe donde sea --style y su nombre.
theme-painting = Pintura
theme-drawing = Dibujo e impresión
theme-material = Materiales
theme-scene = Luz y lugares
theme-other = Más
page-styles = Estilos
page-help = Cómo pedirme
page-recent = Tus últimos trabajos
page-empty = Aún no hay nada.
help-map = /map: ver la estructura (bordes, profundidad, pose) que se conservaría y luego **Usar el mapa**
help = **Transformo tus imágenes.** Adjunta una y di en qué debe convertirse; la fuerza dice cuánto cambia.
    • /img2img: imagen, prompt, fuerza (sutil 0,3, equilibrado 0,5, fuerte 0,7, reinventado 0,9)
    • /sweep: lo mismo con varias fuerzas, lado a lado
    • /refine: pulir una imagen casi lograda{ $map }
    • Cualquier imagen aquí: su menú, Aplicaciones, **Transformar imagen**
    • O mencióname con una imagen, o en respuesta a una: un cuadro al óleo --strength 0.7 --seed 5 --no gente
    • Bajo cada resultado: otras fuerzas, **Encadenar**, **{ button-reroll }**, **Editar**, **Serie**
    • Reacciones a un resultado: 🔁 repetir, ✉️ envíamelo, ⭐ guardar una copia, ❌ borrar o cancelar lo mío
    • /queue, /info, /styles, /settings, /privacy
slack-help = **Transformo tus imágenes.** Adjunta una y di en qué debe convertirse; la fuerza dice cuánto cambia: 0 conserva la imagen, 1 la ignora (sutil 0,3, equilibrado 0,5, fuerte 0,7, reinventado 0,9).
    • /img2img an oil painting --strength 0.7 abre un formulario: añade una imagen y listo
    • En cualquier mensaje con una imagen: Más acciones, **Remix image**
    • Mencióname con una imagen, o en el hilo de una: make it a watercolor --strength fuerte
    • Envíame una imagen con unas palabras por mensaje directo
    • Opciones en un texto: --strength 0.7 --style watercolor --no people --seed 42 --steps 20 --guidance 5 --private{ $map }
    • Bajo cada resultado: otras fuerzas, **{ button-chain }** (seguir desde él), **{ button-reroll }**, **{ button-edit }**, **{ button-sweep }**
    • Reacciones a un resultado: 🔁 repetir, ✉️ o ⭐ envíame una copia, ❌ borrar o cancelar lo mío
    • /sweep, /refine, /queue, /info, /styles, /settings, /privacy, /help

greeting-title = 🎨 Hola, transformo tus imágenes.
greeting-discord =
    • /img2img: adjunta una imagen y di en qué debe convertirse
    • En cualquier imagen aquí: su menú, Aplicaciones, **Transformar imagen**
    • O mencióname con una imagen, o en respuesta a una
greeting-slack =
    • /img2img abre un formulario: añade una imagen y di en qué debe convertirse
    • En cualquier mensaje con una imagen: Más acciones, **Remix image**
    • O mencióname con una imagen, o en el hilo de una
greeting-alt = Una foto de una taza de café y la misma como óleo, estampa y vidriera
home-alt = Resultado: { $prompt }
offer-try = Probar con un ejemplo
offer-setup = Configurar
offer-help = ¿Qué puedo hacer?
offer-styles = Estilos
offer-queue = Mis trabajos
form-setup = Configurar Pentimento

settings-title = Ajustes de { $place }
settings-server = este servidor
settings-nothing = No hay nada ajustado: se usan los valores por defecto
settings-moment = Un momento…
settings-saved = Guardado.
settings-reset = De vuelta a los valores por defecto.
setting-strength = fuerza { $value }
setting-style = estilo { $value }
setting-model = modelo { $value }
setting-models = solo los modelos { $value }
setting-private = Resultados: { $value }
setting-roles = solo los roles { $value }
setting-channels = solo los canales { $value }
setting-remix = Transformar: { $value }
setting-threads = Nuevas versiones: { $value }
setting-blocked = palabras bloqueadas: { $value }
setting-language = Idioma: { $value }
setting-log = Denuncias en { $value }
setting-paused = En pausa: { $value }
setting-refusals = Se anotan los prompts rechazados: { $value }
setting-banned = Miembros bloqueados: { $value }
choice-yes = sí
choice-no = no
setting-yes = primero en privado
setting-no = en el canal
policy-anyone = las imágenes de cualquiera
policy-own = solo las propias
threads-offer = en el canal, se ofrece un hilo
threads-always = siempre en un hilo
threads-never = siempre en el canal
privacy-export = Todo lo que guardo sobre ti hoy.
privacy-ask = Esto borra para siempre tus trabajos, prompts e imágenes de lo que guardo y cancela lo que espera. También se van mis mensajes que los muestran y sus copias.
privacy-deleted = { $jobs ->
    [0] No había nada que borrar.
    [one] Borrado: un trabajo con sus imágenes y palabras.
   *[other] Borrado: { $jobs } trabajos con sus imágenes y palabras.
 }{ $held ->
    [0] {""}
    [one] {" "}Un trabajo de otra persona salió de los tuyos y aún tiene su imagen y sus palabras; se irán con ese trabajo.
   *[other] {" "}{ $held } trabajos de otras personas salieron de los tuyos y aún tienen sus imágenes y palabras; se irán con esos trabajos.
 }
reaction-kept = Guardado para ti
reaction-sent = Aquí tienes tu copia

name-sweep = serie
name-refine = pulir
name-queue = cola
name-styles = estilos
name-settings = ajustes
name-privacy = privacidad
name-help = ayuda
name-image = imagen
name-strength = fuerza
name-strengths = fuerzas
name-style = estilo
name-seed = semilla
name-steps = pasos
name-model = modelo
name-private = privado
name-channel = canal
name-role = rol
describe-img2img = Hacer algo nuevo a partir de una imagen
describe-sweep = Una imagen con varias fuerzas, lado a lado
describe-refine = Pulir una imagen casi lograda
describe-map-command = Mostrar solo el mapa de estructura antes de pintar
describe-queue = Tus trabajos en espera y la longitud de la cola
describe-info = De qué está hecho un trabajo y de dónde viene
describe-styles = Los estilos predefinidos
describe-settings = Valores por defecto de este servidor o de un canal
describe-privacy = Lo que guardo sobre ti: llévatelo o bórralo
describe-help = Cómo usarme
describe-show = Lo que está ajustado
describe-set = Cambiar los valores por defecto
describe-allow = Quién puede usarme y dónde; déjalo vacío para permitir a todos
describe-reset = Volver a los valores del producto
describe-block = Palabras no permitidas en los prompts de aquí; déjalo vacío para permitirlas todas
describe-words = Palabras y patrones (* por letras cualesquiera), separados por comas
describe-export = Un archivo con todo lo que guardo sobre ti
describe-delete = Borrar todo lo que guardo sobre ti
describe-image = La imagen de partida
describe-prompt = En qué debe convertirse
describe-strength = 0 conserva la imagen, 1 la ignora; si la omites, la del estilo o 0,5
describe-strengths = Varias fuerzas, como 0.3 0.5 0.7 0.9
describe-style = Un estilo predefinido
describe-negative-prompt = Lo que no debe aparecer
describe-seed = La misma semilla da la misma imagen
describe-count = Imágenes para elegir, con semillas seguidas
describe-steps = Más pasos tardan más y pueden ser más finos
describe-guidance-scale = Cuánto seguir el prompt
describe-model = Qué modelo
describe-loras = Adaptadores: nombre o nombre:peso
describe-only-model = Permitir también este modelo; vacío los permite todos
describe-control = Estructura de la imagen que se conserva a cualquier fuerza
describe-map = Un mapa tuyo, por ejemplo un boceto; si no, sale de la imagen
describe-control-scale = Cuánto se respeta la estructura; 1 si no dices nada
describe-control-start = Conservar la estructura desde esta parte de los pasos; 0 es el primero
describe-control-end = Conservar la estructura hasta esta parte de los pasos; 1 es el último
describe-private = Solo tú ves el resultado; puedes publicarlo después
describe-job = El ID que está en { button-details }
describe-remix = De quién se pueden transformar las imágenes
describe-refusals = Anotar allí también que se rechazó un prompt, sin sus palabras
describe-threads = Dónde se muestran las nuevas versiones de un resultado
describe-language = Idioma de los mensajes públicos aquí
describe-log = El canal donde la moderación lee las denuncias
describe-log-channel = Déjalo vacío para ninguno
describe-pause = Nadie puede usarme en este canal por ahora
describe-resume = Los miembros pueden volver a usarme en este canal
describe-ban = Bloquear a un miembro por un tiempo
describe-unban = Dejar volver a un miembro bloqueado
describe-member = Quién
describe-days = Cuántos días; 7 si no dices nada
describe-channel = Un canal en vez de todo el servidor
describe-role = Solo miembros con este rol; vacío para todos
describe-only-channel = Solo en este canal; vacío para todos
menu-remix = Transformar imagen
menu-info = Datos de la imagen

## Web

web-tagline = imágenes a partir de imágenes
web-skip = Ir al contenido
web-back = Al espacio de pruebas
web-wish = Lo que quieres
web-stage = La imagen
web-history = Historial
web-history-empty = Nada todavía.
web-welcome = Suelta una imagen y di en qué debe convertirse
web-welcome-how = O pega una, o haz una foto. La fuerza dice cuánto cambia.
web-start = Partir de
web-start-same = la misma imagen
web-start-result = este resultado
web-picture = Imagen
web-picture-help = PNG, JPEG, WebP, GIF, BMP, HEIC o AVIF, { $most } MB como máximo; suéltala o pégala en cualquier lugar.
web-picture-other = Solo para partir de otra.
web-prompt = Prompt
web-prompt-help = ¿En qué debe convertirse? Ctrl+Intro la genera.
web-strength = Fuerza
web-none = ninguno
web-more = Más opciones
web-generate = Generar
web-sending = Enviando…
web-map = Un mapa propio
web-map-help = Por ejemplo un dibujo de las líneas que se conservan; si no, se saca de la imagen.
web-sketch = Papel para dibujar
web-sketch-use = Usar este dibujo
web-sketch-clear = Borrar
web-slider = Antes y después
web-slider-said = { $share } después
web-before = La imagen de antes
web-spoiler = Mostrar el spoiler
web-preview = Cómo se ve ahora
web-progress = Progreso
web-download = Descargar
web-swept = La imagen ya no se guarda; su receta sí.
web-lineage = De dónde viene
web-size = Tamaño
web-seconds = Segundos
web-id = Trabajo
web-delete-ask = ¿Borrar este resultado?
web-delete-what = Sus imágenes y palabras se van para siempre, y con ellas mis mensajes que lo muestran.
web-delete-not = Conservarlo
web-refused-host = Esta página solo responde en su propia dirección: abre la que se mostró al iniciar.
web-refused-origin = Eso vino de otro sitio, así que no se hizo nada: usa los botones de esta página.
web-refused-token = Abre la dirección que se mostró al iniciar: te deja entrar.
web-refused-page = No hay tal página: sigue desde el espacio de pruebas.
web-refused-slow = Eso llegó demasiado despacio y se abandonó: envíalo otra vez.
web-refused-form = Ese formulario no se puede leer: carga la página de nuevo y envíalo otra vez.
web-refused-fault = Algo salió mal aquí y quedó en el registro: inténtalo de nuevo.
web-refused-away = El servicio no responde: mira si sigue en marcha y envía esto otra vez.
web-refused-no-picture = Elige una imagen de partida.
web-refused-two-pictures = Envía una imagen cada vez.
web-refused-size = Ese archivo pasa de { $most } MB, que es lo máximo: envíalo más pequeño o como JPEG.
refused-web-links = Tienes enlaces todavía abiertos: usa uno de ellos o pide otro en { $minutes } minutos.
web-pages = Páginas
web-playground = Espacio de pruebas
web-gallery = Galería
web-search = Buscar
web-any = cualquiera
web-gallery-empty = Nada todavía: haz una en el espacio de pruebas.
web-gallery-none = No se encontró nada: prueba otras palabras.
web-gallery-more = Ver más
web-signin = Iniciar sesión
web-signin-ask = Este enlace del bot inicia tu sesión en este dispositivo, una sola vez.
web-account = Cuenta
web-archive = Descargar todo sobre mí
web-leave = Cerrar sesión
web-leave-everywhere = Cerrar sesión en todas partes
web-refused-signin = Pide al bot con /web en tu chat: te da un enlace que inicia tu sesión.
web-refused-link = Este enlace ya se usó o tiene más de diez minutos: pide otro al bot con /web.
web-refused-tries = Se intentó demasiadas veces: espera un minuto e inténtalo de nuevo.
web-link = Este enlace abre tus imágenes en la web. Es solo para ti, sirve una vez y caduca en diez minutos.
web-open = Abrir
describe-web = Tus imágenes en la web: un enlace solo para ti
refused-web-off = Quien administra el bot no ha activado las páginas web: no hay enlace.
web-negative-prompt = Prompt negativo
web-guidance-scale = Guía
web-control = Estructura
web-operator = Operación
web-mode-running = En marcha: se aceptan peticiones y se ejecutan.
web-mode-paused = En pausa: se aceptan peticiones y nada empieza.
web-mode-draining = Vaciando: no se acepta nada nuevo y lo que espera se ejecuta.
web-op-drained = No queda nada por hacer.
web-op-mode = Modo de operación
web-op-pause = Pausar
web-op-resume = Reanudar
web-op-drain = Vaciar
web-op-what-they-do = La pausa no empieza nada más; vaciar no acepta nada más y ejecuta lo que espera, por ejemplo antes de una actualización. Ambas duran tras un reinicio, hasta reanudar.
web-op-running = En curso
web-op-queue = Cola
web-op-nothing = Nada.
web-op-more = { $jobs } más esperan.
web-op-member = Miembro
web-op-place = Lugar
web-op-what = Tipo
web-op-age = Antigüedad
web-op-act = Acción
web-op-cancel = Cancelar el trabajo de { $member }
web-op-devices = Dispositivos y modelos
web-op-device = Dispositivo
web-op-loaded = Modelos en memoria
web-op-offered = Modelos ofrecidos
web-op-memory = Memoria usada, de
web-op-worker = Proceso
web-op-work = En curso
web-op-of = { $count } de { $most }
web-op-lost = Procesos caídos o bloqueados
web-op-works = funciona
web-op-restart = Reiniciar los procesos
web-op-restart-it = Reiniciar
web-op-restart-one = Reiniciar el proceso de { $device }
web-op-restart-help = Los procesos se reinician, un dispositivo tras otro. Lo que un dispositivo tiene en curso termina antes y nadie pierde una imagen.
web-op-restarting = Los procesos se están reiniciando: { $count } de { $most }.
web-op-restarted = Reiniciados: { $devices }.
web-op-restart-lost = No han vuelto tras el reinicio: { $devices }
web-op-pace = Segundos por paso y megapíxel, mediana y noveno decil
web-op-up = Activo desde hace
web-op-failures = Últimos fallos
web-op-reason = Motivo
web-op-unshown = No se pudieron mostrar
web-op-usage = Uso en 24 horas
web-op-jobs = Trabajos
web-op-pictures = Imágenes
web-op-ended = Terminados desde el inicio
web-op-disk = Disco
web-op-disk-pictures = Imágenes guardadas
web-op-disk-database = Base de datos
web-op-disk-free = Libre
web-op-settings = Ajustes vigentes
web-op-setting = Ajuste
web-op-value = Valor
web-op-origin = De
web-op-default = por defecto
web-op-state = Estado
web-op-job = El trabajo de un miembro
web-op-hidden = Sus palabras e imágenes son del miembro y están ocultas. Revelar las muestra durante diez minutos y lo anota en el registro.
web-op-reveal = Revelar
web-op-revealed = Revelado; consta en el registro.
web-op-result = Resultado { $number }
web-op-back = Al resumen
web-op-token = Token de operación
web-op-token-help = El valor de WEB_OPERATOR_TOKEN al iniciar el servicio.
web-refused-operator = Inicia sesión primero como operador.
web-refused-operator-token = Ese no es el token de operación.
web-keep = Conservar
web-keep-not = Dejar de conservar
web-kept = conservada
web-kept-note = Lo conservas: se queda hasta que lo borres o dejes de conservarlo.
web-goes = La imagen desaparece en { span }, salvo que la conserves.
refused-keeps = Conservas { $most } resultados, el máximo: deja ir uno antes.
web-refused-busy = Tienes demasiadas cosas abiertas a la vez: espera un momento e inténtalo de nuevo.
refused-no-common-model = Los lugares de los que vienes no permiten ningún modelo en común: pide en uno de sus canales.
web-sample = Probar con esta imagen
web-sample-prompt = pintura al óleo de una taza
web-strength-ignored = Este modelo sigue instrucciones: la fuerza no significa nada para él.
web-against = Comparar con
web-against-source = su imagen de partida
web-against-first = la primera imagen
web-against-parent = el resultado anterior
web-strength-help = 0 conserva la imagen, 1 la ignora.
