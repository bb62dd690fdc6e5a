## A job's message

headline-received = Received
headline-queued = Queued
headline-queued-at = Queued, number { $position } in line
headline-interrupted = Back in line: the work on it was interrupted
headline-starting = Starting
headline-loading = Loading the model
headline-painting = Painting, { $percent } %
headline-drawing = Drawing the map
headline-done = Done
headline-map = The map
headline-cancelled = Cancelled

word-subtle = subtle
word-balanced = balanced
word-strong = strong
word-reimagine = reimagine

fact-strength = strength { $strength } ({ $word })
fact-strengths = strengths { $strengths }
fact-seed = seed { $seed }
fact-style = style { $style }
fact-loras = adapters { $loras }
fact-edits = edits by instruction; strength does not apply
fact-control = control { $kind }
fact-control-map = control { $kind }, from a given map
fact-control-scale = control scale { $scale }
fact-control-span = control from { $start } to { $end } of the steps
control-canny = canny: every edge
control-lineart = lineart: drawn lines
control-scribble = scribble: a few thick lines
control-softedge = softedge: soft edges
control-depth = depth: near and far
control-pose = pose: people’s joints
control-none = none: strength alone decides
label-strength = strength { $strength }
alt-picture = { $prompt } (AI-generated, strength { $strength })
alt-map = Control map ({ $kind })
alt-preview = The picture as far as it is
alt-source = The picture it was made from

print-model = { $model } · { $steps } of { $of } steps · guidance { $guidance }
print-pass = pass { $depth }
print-made = { $width }x{ $height } · { $seconds } s · AI-generated
print-map = { $width }x{ $height }
print-id = id { $id }

card-expected = Done about { $when }, by { $late } at the latest in nine cases of ten
note-too-large = The picture is too large for this place, even made small: ask for it with /info.
note-sent-directly = It could not be shown where you asked, so it comes to you directly.
note-stays = Its picture may be shown only where you asked for it: press a button there, or ask there again.

button-subtle = Subtle { $strength }
button-balanced = Balanced { $strength }
button-strong = Strong { $strength }
button-reimagine = Reimagine { $strength }
button-chain = Chain
button-chain-at = Chain { $strength }
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
button-collect = Collect
button-forget = Delete everything

## Advice under a result, at most one line

advice-ai-picture = Tip: a picture that AI made is best polished at strength 0.35; refine does that.
advice-low-contrast = Tip: the source has little contrast, so the result has little to hold on to; brighten it, or take more strength.
advice-faint = Tip: at strength { $strength } little of a style shows; try { $usual }.
advice-fierce = Tip: at strength { $strength } next to nothing of the source is kept; try { $usual }.
advice-no-style = Tip: words for a style help, such as "oil painting"; /styles lists some.

## Refusals of the chat edge

refused-our-fault = Something went wrong on my side: try again in a minute.
refused-busy = Discord does not take my answer right now: try again in a minute.
refused-no-prompt = Say what the picture should become, for example "an oil painting".
refused-no-picture = I see no picture: attach one, or answer a message that has one.
refused-no-picture-there = That message has no picture that I can use: choose one with a photo, drawing or result.
refused-sticker = Stickers belong to their makers and I may not use them: send a picture as a file.
refused-withheld = Discord does not show me the picture in that message: open its menu, choose Apps, then Remix image.
refused-several-pictures = There are { $count } pictures: send one, or choose with Apps, then Remix image.
refused-form-forgotten = I lost sight of that picture meanwhile: choose Remix image on it again.
refused-double = You asked for exactly that already: it is on its way.
refused-gone = That result is not kept any more: send the picture again.
refused-not-yours = Only the member who asked for it can do that.
refused-unknown = I do not know that: it may come from another version of me, so reload your Discord.
refused-message-stays = Its pictures are deleted here, but I may not delete the message: ask a moderator to.
refused-permission = I lack the permission { $permission } in this channel: ask who runs this server to give it to me.
refused-server-only = Settings belong to a server: use /settings in one.
refused-manage-server = Only members with Manage Server can change settings.
refused-no-job = That is no job id: it stands at the end of a result's small print.
refused-blocked-prompt = One of your words is not allowed here: say it another way.
withheld-unsafe = The picture came out as one that may not be shown here: try another prompt, a lower strength or another picture.
withheld-but-private = The picture came out as one that may not be shown to everybody here: ask again for a private one.
withheld-unchecked = The picture could not be checked, so nobody gets to see it: try again in a minute, and tell who runs me if it stays so.
refused-unsafe-there = That picture may not be shown in this place.
blocked-by-automod = This server's AutoMod withheld my message with your picture: try other words, or another channel.

## Forms

form-remix = Remix image
form-chain = Chain: go on from this result
form-edit = Edit and run again
form-usemap = Use this map
field-prompt = What should it become?
field-prompt-description = The picture you want to see, in your words
field-strength = Strength
field-strength-description = 0 keeps the picture, 1 ignores it; or subtle, balanced, strong, reimagine
field-style = Style
field-style-description = A preset, if you like; /styles shows them
field-control = Structure to keep
field-control-description = Its lines, depth or pose stay at any strength; the map is drawn from the picture
field-picture = Which picture?
field-picture-description = That message has several
field-upload = Another picture
field-upload-description = Only if you want to start from another one

## Pages

queue-empty = You have nothing waiting.
queue-mine = **Your jobs**
queue-total = { $jobs ->
    [0] Nobody is waiting.
    [one] One job waits in all.
   *[other] { $jobs } jobs wait in all.
 }
queue-running = running now
queue-place = number { $position } in line
queue-uncollected = finished, but I could not show it: press Collect
info-status = **{ $status }** · asked { $when } by { $name }
info-recipe = **Recipe**
info-negative = not: { $prompt }
info-lineage = **Where it comes from**
info-original = the picture that was sent
info-undelivered = It could not be shown: { $reason }
info-none = That message shows none of my results.
status-received = received
status-queued = waiting
status-running = running
status-succeeded = done
status-failed = failed
status-cancelled = cancelled
status-refused = refused
styles-title = **Styles**: name one in any command, or write --style "oil painting"
help = **I remake pictures.** Attach one and say what it should become; strength says how much changes.
    • /img2img: picture, prompt, strength (subtle 0.3, balanced 0.5, strong 0.7, reimagine 0.9)
    • /sweep: the same at several strengths, side by side
    • /refine: polish a picture that is nearly right
    • /map: see the structure (edges, depth, pose) that control would keep, then **Use map**
    • Any picture here: its menu, Apps, **Remix image**
    • Or mention me with a picture, or in reply to one: an oil painting --strength 0.7 --seed 5 --no people
    • Under each result: other strengths, **Chain** (go on from it), **Reroll**, **Edit**, **Sweep**
    • Reactions on a result: 🔁 reroll, ✉️ send it to me, ⭐ keep a copy, ❌ delete or cancel mine
    • /queue, /info, /styles, /settings, /privacy

## Settings and privacy

settings-title = **Settings of { $place }**
settings-server = this server
settings-nothing = nothing is set: the product's own defaults hold
settings-saved = Saved.
settings-reset = Back to the defaults.
setting-strength = strength { $value }
setting-style = style { $value }
setting-model = model { $value }
setting-models = only the models { $value }
setting-private = private: { $value }
setting-roles = only roles { $value }
setting-channels = only channels { $value }
setting-remix = may remix: { $value }
setting-blocked = blocked words: { $value }
setting-yes = yes
setting-no = no
policy-anyone = anybody's pictures
policy-own = only one's own
privacy-export = Everything I keep about you, as of now.
privacy-ask = This deletes your jobs, prompts and pictures from me for good, and cancels what is waiting. Messages in chats stay where they are.
privacy-deleted = { $jobs ->
    [0] There was nothing to delete.
    [one] Deleted: one job with its pictures and words.
   *[other] Deleted: { $jobs } jobs with their pictures and words.
 }
reaction-kept = A copy for you, as you asked with ⭐.
reaction-sent = Here it is.

## Commands, as Discord lists them

describe-img2img = Make something new from a picture
describe-sweep = One picture at several strengths, side by side
describe-refine = Polish a picture that is nearly right
describe-map-command = Show the control map alone before anything is painted
describe-queue = Your waiting jobs, and how long the line is
describe-info = What a job was made of, and where it comes from
describe-styles = The style presets
describe-settings = Defaults of this server or a channel
describe-privacy = What I keep about you: take it with you, or delete it
describe-help = How to use me
describe-show = What is set
describe-set = Change defaults
describe-allow = Who may use me, and where; empty again allows everybody
describe-reset = Back to the product's defaults
describe-block = Words no prompt may have here; empty allows all again
describe-words = Words and patterns (* for any letters), by commas
describe-export = A file with everything I keep about you
describe-delete = Delete everything I keep about you
describe-image = The picture to start from
describe-prompt = What it should become
describe-strength = 0 keeps the picture, 1 ignores it; 0.5 if you say nothing
describe-strengths = Several strengths, such as 0.3 0.5 0.7 0.9
describe-style = A style preset
describe-negative-prompt = What should not be in it
describe-seed = The same seed gives the same picture
describe-steps = More steps take longer and can be finer
describe-guidance-scale = How closely to follow the prompt
describe-model = Which model
describe-loras = Adapters, as name or name:weight
describe-only-model = Also allow this model; empty allows all
describe-control = Structure of the picture to keep at any strength
describe-map = A map of your own for it, such as a sketch; else it is drawn from the picture
describe-control-scale = How strictly to keep the structure; 1 if you say nothing
describe-control-start = Keep the structure from this share of the steps on; 0 is the first
describe-control-end = Keep the structure up to this share of the steps; 1 is the last
describe-private = Only you see the result; you can publish it later
describe-job = The id at the end of a result's small print
describe-remix = Whose pictures members may remix
describe-channel = One channel instead of the whole server
describe-role = Only members with this role; leave empty for everybody
describe-only-channel = Only in this channel; leave empty for everywhere
menu-remix = Remix image
menu-info = Image info
