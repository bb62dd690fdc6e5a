## A job's message

headline-received = Received
headline-queued = Queued
headline-queued-at = #{ $position } in line
headline-paused-at = Paused by the bot's owner, #{ $position } in line
headline-interrupted = Interrupted, back in the queue
headline-starting = Starting
headline-downloading = The model is being downloaded
headline-downloading-size = The model is being downloaded: { NUMBER($done, minimumFractionDigits: 1) } of { NUMBER($of, minimumFractionDigits: 1) } { $unit }
headline-downloading-left = The model is being downloaded: { NUMBER($done, minimumFractionDigits: 1) } of { NUMBER($of, minimumFractionDigits: 1) } { $unit }, about { $minutes } min
headline-loading = Loading the model
headline-painting = Painting… { $percent }%
headline-finishing = Finishing
headline-drawing = Drawing the map
headline-done = Done
headline-map = The map
headline-cancelled = Cancelled
headline-unrendered = This result cannot be shown for now: it is kept, and comes after my next start.

word-subtle = subtle
word-balanced = balanced
word-strong = strong
word-reimagine = reimagine

fact-strengths = strengths { $strengths }
fact-seed = seed { $value }
fact-seeds = seeds { $seeds }
fact-steps = steps { $value }
fact-guidance-scale = guidance { $value }
fact-model = model { $value }
fact-style = style { $value }
fact-loras = adapters { $value }
fact-edits = edited by instruction
fact-control = control { $kind }
fact-control-map = control { $kind }, from a given map
fact-control-scale = control scale { $scale }
fact-control-span = control from { $start } to { $end } of the steps
control-canny = canny: every edge
control-lineart = lineart: drawn lines
control-scribble = scribble: a few thick lines
control-softedge = softedge: soft edges
control-depth = depth: near and far
control-pose = pose: people's joints
control-none = none: strength alone decides
label-strength = strength { $strength }
label-seed = { $number }: seed { $seed }
alt-picture = { $prompt } (AI-generated, strength { $strength })
alt-map = Control map ({ $kind })
alt-preview = Preview, not finished
alt-source = Source picture
alt-compare = Before and after
notify-ready = your picture is ready ↑
alt-described = { $alt }. Made from: { $description }

print-pass = pass { $depth }
print-made-by-ai = made by AI
print-seconds = { $seconds } s
print-id = id { $id }

card-expected = Ready { $when } · usually by { $late }
slack-card-expected = Ready about { $when } · usually by { $late }
card-left = { $unit ->
    [hours] ~{ $count } h
    [minutes] ~{ $count } min
   *[seconds] ~{ $count } s
 }
note-animated = It is animated: I used the first frame.
note-kept-smaller = The picture was kept smaller than it was sent, which is enough for every other strength: for each of its pixels send it again with strength 0.
note-made-smaller = Reduced to { $size }: { $wanted } didn't fit into the device's memory.
note-sent-as = Sent as { format-sent } to fit the { $most } MB a file may have here.
note-sent-smaller = Sent as { format-sent }, { $size } instead of { $full } pixels, to fit the { $most } MB a file may have here.
format-sent = { $format ->
    [lossless] lossless WebP
   *[other] { $format }
 }
note-too-large = Too large for this channel. Open Details for the picture as a file.
note-thread-closed = I can’t write in its thread, so it stays here.
note-sent-directly = It could not be shown where you asked, so it comes to you directly.
note-stays = Its picture may be shown only where you asked for it: press a button there, or ask there again.
note-recipe-unread = Of the pasted recipe this means nothing here and was left out: { $settings }.
note-weights-unread = Weights such as (word:1.3) do not act here: the words were read without them.
note-strength-used = Made at strength { $strength }: this model counts strength in whole steps, so not at { $wanted }.
note-lora-in-part = Of the adapter '{ $name }' { $missed } of { $all } layers do not fit this model and did nothing.
note-schedule-unread = Changes on the way such as [day:dusk:0.5] do not act here: all of the words were read from the start.
note-prompt-unread = The prompt is too long for this model. Not read: “{ $words }”.
note-negative-unread = The negative prompt is too long for this model. Not read: “{ $words }”.
note-negative-unguided = The negative prompt does not act at guidance { $guidance }: ask for more, such as 5.
note-negative-idle = The negative prompt does not act with the model { $model }.

button-subtle = Subtle { $strength }
button-balanced = Balanced { $strength }
button-strong = Strong { $strength }
button-reimagine = Reimagine { $strength }
button-chain = Chain
button-keep-at = Keep { $mark }
button-keep = Keep
button-compare = Compare
button-original = Original
menu-styles = Choose a style…
menu-chain = Chain from…
button-reroll = Reroll
button-edit = Edit
button-sweep = Sweep
button-details = Details
button-delete = Delete
button-cancel = Cancel
button-showmap = Show map
button-usemap = Use map
button-askmap = Use map
button-publish = Publish
button-publishopen = Publish without spoiler
button-collect = Collect
button-erase = Delete
button-leave = Keep it
button-take = Take { $style }
button-pick = Choose a picture
button-report = Report
button-ban = Block for 7 days
button-dismiss = Dismiss
button-thread = Continue in a thread
button-forget = Delete everything

## Advice under a result, at most one line

advice-ai-picture = Tip: a picture that AI made is best polished at strength 0.35.
advice-low-contrast = Tip: the source has little contrast, so the result has little to hold on to; brighten it, or take more strength.
advice-faint = Tip: at strength { $strength } little of a style shows; try { $usual }.
advice-fierce = Tip: at strength { $strength } next to nothing of the source is kept; try { $usual }.
advice-no-style = Tip: name a style, e.g. oil painting. See /styles.

## Refusals of the chat edge

refused-our-fault = Something went wrong on my side: try again in a minute.
refused-busy = The chat does not take my answer right now: try again in a minute.
refused-no-prompt = Say what the picture should become, for example "an oil painting".
refused-no-picture = I see no picture. Attach one, answer a message that has one, or choose one here.
refused-no-picture-there = That message has no picture that I can use: choose one with a photo, drawing or result.
refused-sticker = I can't use stickers. Send a picture as a file.
refused-withheld = Discord doesn't show me that picture. Choose it here, or open its menu, Apps, Remix image.
refused-role-withheld = Discord does not show me messages that name my role: mention me myself, the entry marked as an app.
refused-several-pictures = There are { $count } pictures: send one, or choose with Apps, then Remix image.
refused-several-results = There are { $count } results in that message. Choose one under it, at “{ menu-chain }”.
refused-form-forgotten = That form has expired. Choose { menu-remix } again.
refused-wish-gone = That is too long ago: ask again.
refused-form-gone = I don't have that form any more. Open a new one; what you wrote is in my refusal.
refused-double = Exactly that is running already.
refused-gone = That result is not kept any more: send the picture again.
refused-not-yours = Only the member who asked for it can do that.
refused-unknown = That button is out of date. Reload the chat and try again.
refused-this-one = That is this one: choose another strength.
refused-message-stays = Its pictures are deleted here, but I may not delete the message: ask a moderator to.
refused-unsent = I could not write to you: allow direct messages from members of this server, then try again.
refused-permission = I lack the permission { $permission } in this channel. Ask the server's admins to grant it.
refused-thread = I could not open a thread here; it stays in the channel.
refused-thread-permission = I lack the permission { $permission } in this channel, so it stays here. Ask the server's admins to grant it.
refused-server-only = Settings belong to a server. Use /settings in one.
refused-shown-alone = Here I may show what you make to you alone. Ask the server's admins to change that.
refused-paused = I'm paused here. The moderators can resume me in the settings.
refused-banned = The moderators here blocked you from using me for { span }.
refused-no-moderator = Only moderators can do that.
refused-no-log = The admins here named no channel for reports. Tell a moderator directly.
refused-log-unwritable = I can't write in the channel for reports. Tell a moderator directly.
refused-reported = You have reported that already.
refused-days = A block lasts 1 to 365 days.
refused-manage-server = Only members with Manage Server can change settings: ask one of them.
refused-no-job = That isn't a job ID. You find it under Details.
refused-blocked-prompt = One of your words is not allowed here: say it another way.
withheld-unsafe = The result isn't allowed in this channel. Try another prompt, a lower strength or another picture.
withheld-but-private = The result can't be shown to everyone here. Ask again with private on.
withheld-unchecked = The picture couldn't be checked, so nobody gets to see it. Try again in a minute, and tell the bot's owner if it keeps happening.
refused-unsafe-there = That picture may not be shown in this place: look at it where it was asked for.
blocked-by-automod = This server's AutoMod withheld my message with your picture: try other words, or another channel.

## Refusals of the core and of pictures

span = { $unit ->
    [days] { $count ->
        [one] 1 day
       *[other] { $count } days
     }
    [hours] { $count ->
        [one] 1 hour
       *[other] { $count } hours
     }
    [minutes] { $count ->
        [one] 1 minute
       *[other] { $count } minutes
     }
   *[seconds] { $count ->
        [one] 1 second
       *[other] { $count } seconds
     }
 }
refused-storage = I cannot store anything right now: please try again in a few minutes.
refused-restarting = I am restarting: try again in a minute.
refused-draining = I take nothing new for now: the bot's owner is about to do maintenance. What waits is still made. Come back later.
refused-queue-full = The queue is full. Come back in { span }.
refused-pending = You already have { $pending } of { $most } jobs in the queue. Wait for one, or cancel one.
refused-waiting = { $most } requests of yours wait already that I have not looked at yet: wait for my answers to them.
refused-more-than-a-request = One request here is for { $most } pictures at most and this one asks for { $asked }: ask for fewer.
refused-more-than-a-day = You may have { $most } pictures in 24 hours and asked for { $asked }: ask for fewer.
refused-day = That would be more than your { $most } pictures in 24 hours: come back in { span }.
refused-too-many-refused = { $most } of your pictures or prompts were refused in the last ten minutes: come back in { span }.
refused-channel = I can't be used in this channel. Ask the admins where, or ask them to allow it.
refused-role = You need a role for that here. Ask the admins which one.
refused-source-hidden = The picture that it was made from is another member's and not for everybody.
refused-source-strength = The picture that this was made from is another member's and not for everybody: go on with strength { $least } or more.
refused-others-picture = Here you may only remix your own pictures: attach one yourself.
refused-not-yours-nor-moderator = Only the member who asked for it, or a moderator, can do that.
refused-job-unknown = No such job here; it may be too old. You find the ID under Details.
refused-ended = That job has ended already: there is nothing left to cancel.
refused-picture-gone = That picture is not kept any more: send it again.
refused-published = It is published there already.
refused-strength = Strength goes from 0 (the picture as it is) to 1 (the picture is ignored); you gave { $given }.
refused-strength-word = Strength is a number from 0 to 1 or one of { word-subtle }, { word-balanced }, { word-strong }, { word-reimagine }; you wrote '{ $given }'.
refused-sweep = A sweep takes 1 to { $most } strengths; you gave { $given }.
refused-seed = A seed is a whole number from 0 to { $most }; you gave { $given }.
refused-count = A count is a whole number from { $least } to { $most }; you gave { $given }.
refused-steps = Steps are a whole number from { $least } to { $most }; you gave { $given }.
refused-guidance-scale = The guidance scale goes from 0 to { $most }; you gave { $given }.
refused-prompt-long = The prompt has { $length } characters, { $most } is the most: shorten it.
refused-negative-prompt-long = The negative prompt has { $length } characters, { $most } is the most: shorten it.
refused-style = No style '{ $style }' here. Did you mean { $near }? See /styles.
refused-model = No model '{ $model }' here. Available: { $models }.
refused-model-here = The model '{ $model }' isn't allowed here. Available: { $models }.
refused-sweep-of-editor = The model '{ $model }' edits by instruction and has no strength. Ask for one picture.
refused-alike-strengths = The model '{ $model }' counts strength in whole steps, and at { $steps } steps some of these strengths make the same picture. Ask for other strengths or for more steps.
refused-lora = An adapter is named as name or name:weight, with a weight from -{ $most } to { $most }; you wrote '{ $given }'.
refused-lora-none = The model '{ $model }' has no adapters: leave them out, or choose another model.
refused-lora-unknown = The model '{ $model }' has no adapter '{ $name }': there is { $names }.
refused-loras = A picture takes { $most } adapters at most; you named { $given }.
refused-control-scale = The control scale goes from 0 to { $most }; you gave { $given }.
refused-control-start = The control starts at a share of the steps from { $least } to { $most }; you gave { $given }.
refused-control-end = The control ends at a share of the steps from { $least } to { $most }; you gave { $given }.
refused-control-span = Control starts and ends at shares of the steps from 0 to 1, the start before the end; you gave { $start } and { $end }.
refused-control-unnamed = Say which control that is for: { $kinds }.
refused-control-unknown = No control '{ $given }' here. Available: { $kinds }.
refused-control-elsewhere = The model '{ $model }' cannot keep { $kind }: choose the model { $models } for that.
refused-control-other = The model '{ $model }' cannot keep { $kind }: choose from { $kinds }.
refused-control-none = The model '{ $model }' can't keep structure. Leave control out, or ask the bot's owner for a model of the families Stable Diffusion, FLUX.1 or Qwen-Image with ControlNets.
refused-map = The control map cannot be used. { $why }
refused-map-gone = That control map is not kept any more: give it again.
refused-map-unnamed = Say which control map to draw: { $kinds }.
refused-blocklist-long = A block list has { $most } entries at most; you gave { $given }.
refused-blocklist-entry-long = An entry of a block list has { $most } characters at most: shorten it.
refused-blocklist-entry = An entry of a block list needs a letter or digit: * and ? alone would block all.
refused-flag-empty = --{ $flag } needs a value after it.
refused-flag-map = --map does not go here: the map alone is drawn by /map.
refused-flag-twice = You gave --{ $flag } more than once, with different values: leave one.
refused-flag-unknown = There is no flag --{ $flag }; did you mean --{ $near }?
refused-fetch = I could not fetch the picture, its host did not answer: send it again.
refused-fetch-status = I could not fetch the picture (its host answered { $status }): send it again.
refused-elsewhere = I only take pictures that were uploaded here: attach the file itself.
refused-file-larger = That file is larger than { $most } MB: send a smaller one.
refused-file-size = That file has { $size } MB, { $most } MB is the most: send it smaller, or as JPEG.
refused-empty = That file is empty: send the picture again.
refused-cannot-open = I cannot open pictures right now: try again in a minute.
refused-broke-off = Opening that picture took too long or broke off: save it again as a plain PNG or JPEG, or smaller.
refused-unusable = That picture cannot be used: save it again as a plain PNG or JPEG.
refused-memory = That picture needs more memory to open than it may take here: send it with fewer pixels.
refused-pixels = That picture has { $megapixels } megapixels ({ $size }), { $most } megapixels is the most: send it scaled down.
refused-small = That picture is { $size } pixels, each side needs at least { $least }: send a larger one.
refused-narrow = That picture is { $size } pixels, more than { $most } times as long as wide: send a part cut out of it.
refused-cut-off = That { $format } is cut off and incomplete. Send the whole file again.
refused-damaged = That { $format } is damaged and cannot be read: save it again and send that.
refused-jpeg-bits = That JPEG has { $bits } bits for each colour: save it with 8, as an ordinary JPEG, and send that.
refused-jpeg-kind = That JPEG is of a rare kind that I cannot read (lossless or hierarchical): save it as an ordinary JPEG or PNG.
refused-jpeg-scans = That JPEG draws its picture in more than { $most } passes, or in too many for its size: save it again as an ordinary JPEG.
refused-heic = That is a HEIC photo, which I cannot open here: send a screenshot of it, or let your iPhone save JPEG under Settings, Camera, Formats, "Most Compatible".
refused-web-page = That link leads to a web page, not a picture; it may need a login. Save the picture and send the file.
refused-no-format = I cannot see a picture in that file: send a PNG, JPEG or WebP.
refused-format = That is { format-name }; I take PNG, JPEG, WebP, GIF, BMP, AVIF and HEIC: { format-mend }.
format-name = { $kind ->
    [raw] a camera raw file
    [TIFF] a TIFF or camera raw file
    [Photoshop] a Photoshop file (PSD)
    [GIMP] a GIMP file (XCF)
    [PostScript] a PostScript file (EPS)
    [MNG] an MNG
    [OpenEXR] an OpenEXR
    [AVIF] an AVIF
    [SVG] an SVG drawing
    [ZIP] a ZIP archive or a document
    [packed] a packed archive
    [video] a video
    [sound] a sound file
    [sound-or-video] a sound or video file
   *[other] a { $kind }
 }
format-mend = { $kind ->
    [SVG] export it as PNG and send that
    [PDF] send the page as a PNG picture
    [video] send one frame of it as PNG
    [ZIP] send the picture itself, not packed
    [packed] send the picture itself, not packed
   *[other] save it as one of those and send it again
 }

## Refusals of Slack's edge

refused-slack-no-picture = I see no picture here: attach one to your message, mention me in the thread of one, or use /img2img.
refused-slack-no-picture-there = There is no picture in that message: use it on one with a picture, or /img2img.
refused-slack-thread = I cannot read this thread: invite me with /invite, or attach the picture to your message.
refused-slack-thread-scope = I may not read this thread ({ $scope } is missing): attach the picture to your message instead.
refused-slack-thread-busy = Slack is busy and did not show me the thread: attach the picture to your message, or try again soon.
refused-slack-file = I cannot see that file: invite me to its channel with /invite, or use /img2img and add the picture there.
refused-slack-file-busy = Slack is busy and did not give me the picture: try again in a minute.
refused-slack-login = Slack didn't let me read that file. Invite me to its channel with /invite; if that doesn't help, ask the admins of this workspace to install me again with the files:read permission.
refused-slack-shared = Another organisation shared that file and I may not read it: upload it here yourself.
refused-slack-outside = That file lies outside of Slack and I only take uploads: upload it here.
refused-slack-deleted = That file was deleted: upload it again.
refused-slack-hidden = That file is older than Slack's free plan keeps in reach: upload it again.
refused-not-a-picture = That file is no picture: send a PNG, JPEG or WebP.
refused-slack-several-pictures = There are { $count } pictures: send the one that you mean alone.
refused-slack-no-controls = No model here can keep structure. Ask the bot's owner to give one a ControlNet.
refused-map-kind-missing = Choose what the map shows.
refused-slack-button = That button is out of date. Use /img2img instead.
refused-slack-unpublishable = There is no picture to publish any more.
refused-slack-no-channel = It was not asked for in a channel, so there is none to publish it in.
refused-slack-unpublished = I could not publish it ({ $reason }): invite me to that channel with /invite.
refused-slack-unsent = I could not write to you ({ $reason }): open a conversation with me first.
refused-slack-admins = Only the admins of this workspace change its settings: ask one of them.
refused-no-upload = The picture is missing: open the form again and add it.
refused-add-picture = Add the picture to work on: PNG, JPEG or WebP.
refused-slack-whole = A whole number from { $least } to { $most }, please; you wrote '{ $given }'.
refused-slack-number = A number from 0 to { $most }, please; you wrote '{ $given }'.
refused-slack-too-late = Slack gave me too little time to open that: please try again.
refused-slack-busy = Slack is busy: please try again in a minute.
refused-slack-elsewhere = I cannot do that in this conversation: invite me with /invite, or use /img2img.
refused-slack-scope = I lack the { $scope } permission. Ask the admins of this workspace to install me again.
refused-slack-files = Files can't be shared here. Ask the admins of this workspace to allow it.
refused-slack-refused = Slack refused that ({ $reason }). Try again, and tell the bot's owner if it keeps happening.
note-slack-not-uploaded = The picture is ready, but I can't upload it here ({ $reason }). Ask the admins of this workspace to allow it.
note-slack-below = Slack did not show the picture here: it is below, in the thread.
note-slack-moved = { $where ->
    [people] I cannot write in a direct message between people, so this comes to you alone.
   *[channel] I could not show this in the channel, so it comes to you alone. If I am not in it, invite me with /invite.
 }
slack-answered-alone = { $where ->
    [people] I cannot write in a direct message between people, so your picture comes to our own conversation.
   *[channel] I cannot show your picture in this channel, so it comes to our own conversation. If I am not in the channel, invite me with /invite.
 }
slack-published = Published in the channel.
slack-saved = { $scope ->
    [channel] The settings of this channel are saved.
   *[workspace] The settings of this workspace are saved.
 }
slack-close = Close
page-privacy = Privacy
slack-privacy-kept = I keep the pictures you send and make, your prompts and what you pressed, so that you can rerun and chain them. They go by themselves after the time that the owner of this bot has set. Nobody trains on them.
slack-export = Send me everything
slack-packing = It is being packed and comes as a direct message.
slack-forget-title = Delete everything?
slack-keep = Keep
slack-remix = Remix a picture
slack-team-settings = Team settings
home-results = Your latest results
home-no-results = Nothing yet: remix a picture, or send me one with a few words.
home-quota = { $most ->
    [0] { $pictures } pictures used in the last 24 hours
   *[other] { $pictures } of { $most } pictures used in the last 24 hours
 }
slack-hello = Send me a picture with a few words, for example “make it an oil painting --strength 0.7”, or mention me in the thread of a picture. /img2img opens a form, /help says more.
slack-styles-show = Show me pictures
styles-coming = The pictures come to you as a direct message.
styles-sent = All styles, with a picture of each, are in the thread of this message.
slack-sent-directly = I sent it to you directly.
confirm-delete-title = Delete this result?
confirm-delete-what = The pictures and the message go for good.
slack-here = this conversation
slack-settings-whose = Current settings. Workspace admins can change them.

## What ends a job without a picture

failed-too-often = This job crashed the worker too often and was stopped. Try another picture or prompt.
failed-interrupted = This job was interrupted too often and was stopped. Try another picture or prompt.
failed-source-unreadable = The source picture could not be read: send it again.
failed-model-too-large = The model '{ $model }' does not fit into memory: use another.
failed-picture-too-large = The device ran out of memory at { $size } and at smaller sizes too: send a smaller picture.
failed-not-saved = The result could not be saved ({ $reason }): tell the bot's owner.
failed-model-unable = The model '{ $model }' could not work on this: try other settings; the log says more.
failed-model-not-offered = The model '{ $model }' is not offered here: choose from { $models }.
failed-model-unavailable = { $reason }
failed-too-many-steps = The model '{ $model }' cannot take { $steps } steps: try fewer.
failed-overflow = The model '{ $model }' produced invalid values. Try a lower guidance or other words.
failed-no-lines = The picture shows no lines for { $kind }: send one with clear edges, or a map of your own.
failed-no-depth = The picture shows no depth: send another, or a map of your own.
failed-no-person = The picture shows no person: choose another kind of control, or send a pose map.
failed-map-unreadable = The control map could not be read: send it again.
failed-map-blank = The { $kind } map is blank: send one that shows what to keep.
failed-map-unnamed = There is no map without control: say which kind of structure it shows.
failed-no-map-model = No { $kind } model is set up here: send a map of your own, or choose another kind.
failed-map-model-broken = The { $kind } model '{ $model }' cannot be loaded ({ $reason }): the bot's owner has to mend control.{ $kind }_model.
failed-no-control = The model '{ $model }' cannot keep { $kind }: structure control works with models of the families Stable Diffusion, FLUX.1 and Qwen-Image; leave it out or choose one of those.
failed-control-not-offered = The model '{ $model }' has no control of the kind { $kind }: it has { $kinds }.
failed-no-network = This model cannot keep { $kind }: it has no control network for it.
failed-network-none = The control network '{ $network }' is no control network: the bot's owner has to mend the entry.
failed-network-broken = The control network '{ $network }' cannot be loaded ({ $reason }): the bot's owner has to mend the entry.
failed-network-foreign = The control network '{ $network }' is made for other models: the bot's owner has to mend the entry.
failed-no-loras = The model '{ $model }' takes no adapters: leave them out or use another.
failed-lora-unknown = The model '{ $model }' has no adapter '{ $name }': there is { $names }.
failed-lora-foreign = The adapter '{ $name }' was made for another kind of model than '{ $model }': leave it out.
failed-lora-kind = The adapter '{ $name }' is a { $kind }, which cannot be loaded for '{ $model }': leave it out, or use a LoRA.
failed-lora-words-only = Of the adapter '{ $name }' only the text encoder's part fits '{ $model }', not the denoiser's: it was made for another kind of model, leave it out.
failed-lora-no-words = Of the adapter '{ $name }' the text encoder's part does not fit '{ $model }': leave it out.
failed-lora-not-here = The adapter '{ $name }' cannot be used, it is not on this machine and the hub did not give it: leave it out and tell the bot's owner.
failed-lora-lost = The adapter '{ $name }' cannot be used, there is no such file, folder or hub repository with one .safetensors file: leave it out and tell the bot's owner.
failed-lora-broken = The adapter '{ $name }' cannot be used, its file is broken or no safetensors file: leave it out and tell the bot's owner.
failed-lora-empty = The adapter '{ $name }' cannot be used, its file { $file } is empty: leave it out and tell the bot's owner to fetch it again.
failed-lora-pointer = The adapter '{ $name }' cannot be used, its file { $file } is a pointer of Git LFS and not the file itself: leave it out and tell the bot's owner to fetch it again.
failed-lora-page = The adapter '{ $name }' cannot be used, its file { $file } is a web page and not the file itself: leave it out and tell the bot's owner to fetch it again.
failed-lora-unfinished = The adapter '{ $name }' cannot be used, its file { $file } is still being downloaded: leave it out until that is done.
failed-lora-forbidden = The adapter '{ $name }' cannot be used, its file { $file } may not be read by the bot: leave it out and tell the bot's owner to allow that.

## Forms

form-remix = Remix image
form-chain = Chain this result
form-edit = Edit and run again
form-usemap = Use this map
form-strength-usual = The style's own, or { $strength }
form-strength-place = { $strength }, as is usual here
form-strength-refine = { $strength }, for polishing
form-strength-kept = as it was
strength-about-subtle = keeps nearly all of the picture
strength-about-balanced = restyles it and keeps what is where
strength-about-strong = keeps the outlines
strength-about-reimagine = keeps little of the picture
field-prompt = What should it become?
field-prompt-description = The picture you want to see, in your words
field-strength = Strength
field-strength-description = How much changes. For other numbers write --strength 0.62 behind your words.
field-exact-strength = Another strength
field-exact-strength-description = A number from 0 to 1; it goes before the choice above
field-style = Style
field-style-description = A preset, if you like; /styles shows all with pictures
field-control = Structure to keep
field-control-description = Its lines, depth or pose stay at any strength; the map is drawn from the picture
field-picture = Which picture?
field-picture-description = That message has several
field-upload = Another picture
field-upload-description = Only if you want to start from another one
form-sweep = Sweep strengths
form-refine = Refine a picture
form-map = Draw a control map
form-submit = Create
form-submit-map = Draw
form-again = Open the form again
form-advanced = Advanced
form-about-message = Works on the picture of that message.
form-about-chain = Continues from that result, one pass further.
form-about-edit = Works on the same source as that result.
form-about-usemap = Works on the picture that this map was drawn for, and keeps the map.
form-prompt-later = What it should become; you can say that later, on the map.
form-range = { $least } to { $most }
form-settings = Settings
form-save = Save
choice-no-style = No style
choice-no-model = The usual one
choice-no-usual-style = No default
choice-no-usual-model = The product's
choice-no-language = As the chat has it
choice-no-results = As each member asks
choice-no-whose = No rule
choice-no-threads = As usual here
results-private = Private first
results-threads = In the channel, reruns in a thread
results-public = In the channel
scope-workspace = The whole workspace
scope-channel = This channel only
field-strengths = Strengths
field-negative-prompt = Leave out
field-seed = Seed
field-count = Pictures
field-steps = Steps
field-guidance-scale = Guidance scale
field-model = Model
field-loras = Adapters
field-control-scale = How strictly to keep it
field-control-start = Kept from
field-control-end = Kept up to
field-private = Only for me at first
field-map = A map of your own
field-source = Picture
field-source-description = PNG, JPEG, WebP, AVIF or HEIC, 10 MB at most
field-scope = For
field-usual-strength = Usual strength
field-usual-strength-description = A number from 0 to 1 or a word such as strong; empty leaves the product's
field-usual-style = Usual style
field-usual-model = Usual model
field-language = Language of public messages
field-log = Channel for reports
field-log-description = Moderators read there what members report.
field-paused = Paused
field-paused-description = Nobody may use me there for now
field-refusals = Refused prompts
field-refusals-description = A line in the reports’ channel for each, without its words
field-ban = Block members
field-ban-description = They can’t use me in this workspace for 7 days.
field-banned = Blocked members
field-banned-description = Take one away to let them in again.
field-results = Results
field-whose = Whose pictures may be remixed
field-threads = Reruns and sweeps of a result
field-blocked = Words that no prompt may have
field-blocked-description = One a line, or with commas; * stands for any letters. Members do not see the list.
field-channels = Channels where I may be used
field-channels-description = Empty allows every channel.
field-models = Models that may be used
field-models-description = Empty allows every model.
choice-no-control = { control-none }

## Pages

queue-empty = Nothing of yours is in the queue.
queue-mine = Your jobs
queue-total = { $jobs ->
    [0] The queue is empty.
    [one] 1 in the queue
   *[other] { $jobs } in the queue
 }
queue-devices = { $working ->
    [0] No device makes pictures right now; what waits is kept and made when one is back.
   *[other] { $working } of { $devices } devices make pictures.
 }
queue-running = running now
queue-place = number { $position } in line
queue-paused = paused by the bot's owner, number { $position } in line
queue-ready = number { $position } in line, ready { $when }
moment-ahead = in about { span }
moment-ago = { span } ago
queue-uncollected = finished, but I could not show it: press Collect
info-status = **{ $status }** · asked { $when } by { $name }
info-negative = not: { $prompt }
info-made = { $what }: { $size }, { $steps } steps in { $seconds } s
info-hidden = another member's picture
info-lineage = History
info-original = original upload
info-undelivered = It could not be shown: { $reason }
info-none = That message shows none of my results: choose one that does.
report-title = Report
refusal-title = A prompt was refused
refusal-by = Asked for by { $name }
report-by = Reported by { $name }
report-asked = Asked by { $name } { $when }
report-sent = Reported. The moderators see it now.
thread-opened = From now on, what is made from this picture goes to its thread.
thread-there = Your picture comes in its thread.
ban-done = { $name } can't use me here until { $until }.
status-received = received
status-queued = waiting
status-running = running
status-succeeded = done
status-failed = failed
status-cancelled = cancelled
status-refused = refused
styles-title = **Styles**: pick one and add a picture, or write --style and its name anywhere.
styles-how = Pick one and add a picture, or write --style and its name anywhere.
theme-painting = Painting
theme-drawing = Drawing and print
theme-material = Materials
theme-scene = Light and places
theme-other = More
page-styles = Styles
page-help = How to ask me
page-recent = Your latest jobs
page-empty = Nothing here yet.
help-map = /map: see the structure (edges, depth, pose) that control would keep, then **Use map**
help = **I restyle your pictures.** Attach one and say what it should become; strength says how much changes.
    • /img2img: picture, prompt, strength (subtle 0.3, balanced 0.5, strong 0.7, reimagine 0.9)
    • /sweep: the same at several strengths, side by side
    • /refine: polish a picture that is nearly right{ $map }
    • Any picture here: its menu, Apps, **Remix image**
    • Or mention me with a picture, or in reply to one: an oil painting --strength 0.7 --seed 5 --no people
    • Under each result: other strengths, **Chain** (go on from it), **Reroll**, **Edit**, **Sweep**
    • Reactions on a result: 🔁 reroll, ✉️ send it to me, ⭐ keep a copy, ❌ delete or cancel mine
    • /queue, /info, /styles, /settings, /privacy
slack-help = **I restyle your pictures.** Attach one and say what it should become; strength says how much changes: 0 keeps the picture, 1 ignores it (subtle 0.3, balanced 0.5, strong 0.7, reimagine 0.9).
    • /img2img an oil painting --strength 0.7 opens a form: add a picture and go
    • On any message with a picture: More actions, **Remix image**
    • Mention me with a picture, or in the thread of one: make it a watercolor --strength strong
    • Send me a picture with a few words as a direct message
    • Options in a text: --strength 0.7 --style watercolor --no people --seed 42 --steps 20 --guidance 5 --private{ $map }
    • Under each result: other strengths, **Chain** (go on from it), **Reroll**, **Edit**, **Sweep**
    • Reactions on a result: 🔁 reroll, ✉️ or ⭐ send me a copy, ❌ delete or cancel mine
    • /sweep, /refine, /queue, /info, /styles, /settings, /privacy, /help

## The first minute

greeting-title = 🎨 Hi, I restyle your pictures.
greeting-discord =
    • /img2img: attach a picture and say what it should become
    • On any picture here: its menu, Apps, **Remix image**
    • Or mention me with a picture, or in reply to one
greeting-slack =
    • /img2img opens a form: add a picture and say what it should become
    • On any message with a picture: More actions, **Remix image**
    • Or mention me with a picture, or in the thread of one
greeting-alt = A photo of a coffee cup, and the same as an oil painting, a woodblock print and stained glass
home-alt = Result: { $prompt }
offer-try = Try it with a sample
offer-setup = Set up
offer-help = What can I do?
offer-styles = Styles
offer-queue = My queue
form-setup = Set up Pentimento

## Settings and privacy

settings-title = Settings of { $place }
settings-server = this server
settings-nothing = Nothing set; defaults apply
settings-moment = One moment…
settings-saved = Saved.
settings-reset = Back to the defaults.
setting-strength = strength { $value }
setting-style = style { $value }
setting-model = model { $value }
setting-models = only the models { $value }
setting-private = Results: { $value }
setting-roles = only roles { $value }
setting-channels = only channels { $value }
setting-remix = Remix: { $value }
setting-threads = Reruns: { $value }
setting-blocked = blocked words: { $value }
setting-language = Language: { $value }
setting-log = Reports go to { $value }
setting-paused = Paused: { $value }
setting-refusals = Refused prompts are logged: { $value }
setting-banned = Blocked members: { $value }
choice-yes = yes
choice-no = no
setting-yes = private first
setting-no = in the channel
policy-anyone = everyone's pictures
policy-own = own pictures only
threads-offer = in the channel, a thread is offered
threads-always = always in a thread
threads-never = always in the channel
privacy-export = Everything I store about you today.
privacy-ask = This deletes your jobs, prompts and pictures from me for good, and cancels what is waiting. My messages that show them go too, and so do their copies.
privacy-deleted = { $jobs ->
    [0] There was nothing to delete.
    [one] Deleted: one job with its pictures and words.
   *[other] Deleted: { $jobs } jobs with their pictures and words.
 }{ $held ->
    [0] {""}
    [one] {" "}One job of somebody else was made from yours and still has its picture and words; they go when that job does.
   *[other] {" "}{ $held } jobs of others were made from yours and still have their pictures and words; they go when those jobs do.
 }
reaction-kept = Saved for you
reaction-sent = Here is your copy

## Commands, as Discord lists them

describe-img2img = Make something new from a picture
describe-sweep = One picture at several strengths, side by side
describe-refine = Polish a picture that is nearly right
describe-map-command = Show the control map alone before anything is painted
describe-queue = Your waiting jobs, and the length of the queue
describe-info = What a job was made of, and where it comes from
describe-styles = The style presets
describe-settings = Defaults of this server or a channel
describe-privacy = What I keep about you: take it with you, or delete it
describe-help = How to use me
describe-show = What is set
describe-set = Change defaults
describe-allow = Who may use me, and where; leave empty to allow everyone
describe-reset = Back to the product's defaults
describe-block = Words not allowed in prompts here; leave empty to allow all
describe-words = Words and patterns (* for any letters), separated by commas
describe-export = A file with everything I keep about you
describe-delete = Delete everything I keep about you
describe-image = The picture to start from
describe-prompt = What it should become
describe-strength = 0 keeps the picture, 1 ignores it; if empty, the style's own or 0.5
describe-strengths = Several strengths, such as 0.3 0.5 0.7 0.9
describe-style = A style preset
describe-negative-prompt = What should not be in it
describe-seed = The same seed gives the same picture
describe-count = Pictures to choose from, with seeds that follow each other
describe-steps = More steps take longer and can be finer
describe-guidance-scale = How closely to follow the prompt
describe-model = Which model
describe-loras = Adapters, as name or name:weight
describe-only-model = Also allow this model; leave empty to allow all
describe-control = Structure of the picture to keep at any strength
describe-map = A map of your own for it, such as a sketch; else it is drawn from the picture
describe-control-scale = How strictly to keep the structure; 1 if you say nothing
describe-control-start = Keep the structure from this share of the steps on; 0 is the first
describe-control-end = Keep the structure up to this share of the steps; 1 is the last
describe-private = Only you see the result; you can publish it later
describe-job = The ID that stands under Details
describe-remix = Whose pictures members may remix
describe-refusals = Also write there that a prompt was refused, without its words
describe-threads = Where reruns and sweeps of a result are shown
describe-language = Language of public messages here
describe-log = The channel where moderators read what members report
describe-log-channel = Leave empty for none
describe-pause = Nobody may use me in this channel for now
describe-resume = Let members use me in this channel again
describe-ban = Block a member from using me for a time
describe-unban = Let a blocked member use me again
describe-member = Who
describe-days = For how many days; 7 if you say nothing
describe-channel = One channel instead of the whole server
describe-role = Only members with this role; leave empty to allow everyone
describe-only-channel = Only in this channel; leave empty for everywhere
menu-remix = Remix image
menu-info = Image info

## Web

web-tagline = pictures from pictures
web-skip = Skip to the content
web-back = To the playground
web-wish = What you want
web-stage = The picture
web-history = History
web-history-empty = Nothing here yet.
web-welcome = Drop a picture and say what it should become
web-welcome-how = Or paste one, or take a photo. Strength says how much of it changes.
web-start = Start from
web-start-same = the same picture
web-start-result = this result
web-picture = Picture
web-picture-help = PNG, JPEG, WebP, GIF, BMP, HEIC or AVIF, { $most } MB at most; drop or paste it anywhere.
web-picture-other = Only to start from another one.
web-prompt = Prompt
web-prompt-help = What should it become? Ctrl+Enter generates.
web-strength = Strength
web-none = none
web-more = More options
web-generate = Generate
web-sending = Sending…
web-map = A map of your own
web-map-help = Such as a drawing of the lines to keep; else it is drawn from the picture.
web-sketch = Paper to draw on
web-sketch-use = Use this drawing
web-sketch-clear = Clear
web-slider = Before and after
web-slider-said = { $share } after
web-before = The picture before
web-spoiler = Show the spoiler
web-preview = How it looks now
web-progress = Progress
web-download = Download
web-swept = The picture is not kept any more; its recipe is.
web-lineage = Where it comes from
web-size = Size
web-seconds = Seconds
web-id = Job
web-delete-ask = Delete this result?
web-delete-what = Its pictures and words go for good, and so do my messages that show it.
web-delete-not = Keep it
web-refused-host = This page answers at its own address only: open the one that was printed at the start.
web-refused-origin = That came from another site, so nothing was done: use the buttons of this page.
web-refused-token = Open the address that was printed at the start: it lets you in.
web-refused-page = There is no such page: go on from the playground.
web-refused-slow = That came too slowly and was given up: send it again.
web-refused-form = That form cannot be read: load the page again and send it once more.
web-refused-fault = Something went wrong here and was written to the log: try again.
web-refused-away = The service does not answer: see whether it still runs, then send this again.
web-refused-no-picture = Choose a picture to start from.
web-refused-two-pictures = Send one picture at a time.
web-refused-size = That file has more than { $most } MB, which is the most: send it smaller, or as JPEG.
refused-web-links = You have links that are still open: use one of them, or ask again in { $minutes } minutes.
web-pages = Pages
web-playground = Playground
web-gallery = Gallery
web-search = Search
web-any = any
web-gallery-empty = Nothing here yet: make one in the playground.
web-gallery-none = Nothing found: try other words.
web-gallery-more = Load more
web-signin = Sign in
web-signin-ask = This link from the bot signs you in on this device, once.
web-account = Account
web-archive = Download everything about me
web-leave = Sign out
web-leave-everywhere = Sign out everywhere
web-refused-signin = Ask the bot with /web in your chat: it gives you a link that signs you in.
web-refused-link = This link was used already or is older than ten minutes: ask the bot for another with /web.
web-refused-tries = That was tried too often: wait a minute, then try again.
web-link = This link opens your pictures on the web. It is for you alone, works once and ends in ten minutes.
web-open = Open
describe-web = Your pictures on the web: a link for you alone
refused-web-off = The bot's owner hasn't switched on the web pages, so there is no link.
web-negative-prompt = Negative prompt
web-guidance-scale = Guidance
web-control = Structure
web-operator = Operator
web-mode-running = Running: requests are taken and made.
web-mode-paused = Paused: requests are taken, and nothing begins.
web-mode-draining = Draining: nothing new is taken, and what waits is made.
web-op-drained = Nothing is left to do.
web-op-mode = Mode of operation
web-op-pause = Pause
web-op-resume = Resume
web-op-drain = Drain
web-op-what-they-do = Pause begins nothing more; Drain takes nothing more and makes what waits, as before an upgrade. Both last over a restart, until Resume.
web-op-running = Running now
web-op-queue = Queue
web-op-nothing = Nothing.
web-op-more = { $jobs } more wait.
web-op-member = Member
web-op-place = Place
web-op-what = Kind
web-op-age = Age
web-op-act = Action
web-op-cancel = Cancel the job of { $member }
web-op-devices = Devices and models
web-op-device = Device
web-op-loaded = Models in memory
web-op-offered = Models on offer
web-op-memory = Memory used, of
web-op-worker = Worker process
web-op-work = At work
web-op-of = { $count } of { $most }
web-op-lost = Workers that crashed or hung
web-op-works = works
web-op-restart = Restart workers
web-op-restart-it = Restart
web-op-restart-one = Restart the worker of { $device }
web-op-restart-help = Workers are started anew, one device after the other. What a device has at work ends first, and nobody loses a picture.
web-op-restarting = Workers are being restarted: { $count } of { $most } done.
web-op-restarted = Restarted: { $devices }.
web-op-restart-lost = Not back after the restart: { $devices }
web-op-pace = Seconds per step and megapixel, median and ninth decile
web-op-up = Up for
web-op-failures = Latest failures
web-op-reason = Reason
web-op-unshown = Could not be shown
web-op-usage = Usage in 24 hours
web-op-jobs = Jobs
web-op-pictures = Pictures
web-op-ended = Ended since the start
web-op-disk = Disk
web-op-disk-pictures = Stored pictures
web-op-disk-database = Database
web-op-disk-free = Free
web-op-settings = Settings in force
web-op-setting = Setting
web-op-value = Value
web-op-origin = From
web-op-default = default
web-op-state = State
web-op-job = A member’s job
web-op-hidden = Its words and pictures are the member’s and are hidden. Reveal shows them for ten minutes and writes into the log that it did.
web-op-reveal = Reveal
web-op-revealed = Revealed to you; the log says so.
web-op-result = Result { $number }
web-op-back = To the overview
web-op-token = Operator token
web-op-token-help = What WEB_OPERATOR_TOKEN was set to when the service started.
web-refused-operator = Sign in as the operator first.
web-refused-operator-token = That is not the operator token.
web-keep = Keep
web-keep-not = Keep no longer
web-kept = kept
web-kept-note = You keep this: it stays until you delete it or keep it no longer.
web-goes = The picture goes in { span }, unless you keep it.
refused-keeps = You keep { $most } results, which is the most: let go of one first.
web-refused-busy = Too much of yours is open at the same time: wait a moment, then try again.
refused-no-common-model = The places that you come from allow no model in common: ask in one of their channels.
web-sample = Try it with this picture
web-sample-prompt = oil painting of a cup
web-strength-ignored = This model follows instructions: strength means nothing to it.
web-against = Compare with
web-against-source = its source
web-against-first = the first picture
web-against-parent = the result before
web-strength-help = 0 keeps the picture, 1 ignores it.
