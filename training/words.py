"""What people call the styles and the scenes: every phrase here is one the model was taught."""

SYNONYMS: dict[str, tuple[str, ...]] = {
    "oil": (
        "oil painting", "oil on canvas", "an oil painting", "oil", "renaissance painting",
        "classical painting",
        "painted in oils", "impasto painting", "rembrandt painting", "painting", "old master painting",
        "acrylic painting", "thick brush strokes", "baroque painting",
    ),
    "van gogh": (
        "van gogh", "vincent van gogh", "starry night by van gogh", "post impressionist",
        "impressionist painting",
        "in the style of van gogh", "swirling brush strokes", "impressionism", "monet",
        "expressionist painting",
    ),
    "watercolor": (
        "watercolor", "watercolour", "watercolor painting", "aquarelle", "watercolour painting",
        "soft watercolor",
        "wet watercolor on paper", "gouache",
    ),
    "pencil": (
        "pencil sketch", "pencil drawing", "graphite drawing", "sketch", "hand drawn sketch", "pencil",
        "drawn with a pencil", "graphite sketch", "line drawing",
    ),
    "charcoal": ("charcoal drawing", "charcoal", "charcoal sketch", "smudged charcoal", "conte drawing"),
    "ink": (
        "ink drawing", "pen and ink", "engraving", "crosshatch", "cross hatching", "etching", "ink sketch",
        "line engraving", "linocut", "tattoo", "ink",
    ),
    "anime": (
        "anime", "cartoon", "anime style", "cel shaded", "cel shading", "manga", "studio ghibli", "ghibli",
        "disney cartoon", "toon", "animated movie", "cartoon style", "illustration",
        "children's book illustration",
        "japanese animation",
    ),
    "pixel art": (
        "pixel art", "16 bit", "8 bit", "8-bit", "pixelated", "retro game", "16-bit video game", "pixel",
        "pixels",
        "game boy", "retro pixel art", "sprite", "nes game", "atari",
    ),
    "lego": (
        "lego", "lego bricks", "made of lego", "toy bricks", "minecraft", "blocky", "voxel", "voxel art",
        "building blocks", "brick toy",
    ),
    "mosaic": ("mosaic", "roman mosaic", "tile mosaic", "mosaic tiles", "byzantine mosaic", "ceramic tiles",
    "tiles"), "stained glass": (
        "stained glass", "stained glass window", "church window", "cathedral window", "leaded glass",
        "stained-glass",
        "tiffany glass",
    ),
    "low poly": (
        "low poly", "polygon art", "low-poly", "triangles", "geometric", "origami", "cubist", "cubism",
        "picasso",
        "faceted", "polygons",
    ),
    "sepia": (
        "vintage sepia", "sepia", "old photograph", "vintage photo", "sepia photograph", "daguerreotype",
        "antique photo", "19th century photograph", "vintage", "western", "old photo", "old western photo",
    ),
    "noir": (
        "film noir", "black and white", "black and white photo", "monochrome", "noir", "b&w", "grayscale",
        "dramatic black and white", "black and white photograph", "a black-and-white photograph", "greyscale",
        "without color",
    ),
    "ukiyo-e": (
        "ukiyo-e", "ukiyo-e woodblock", "japanese woodblock print", "woodblock print", "hokusai", "ukiyo e",
        "japanese print", "edo period print", "great wave", "hiroshige", "woodcut",
    ),
    "pop art": (
        "pop art", "comic", "pop art comic", "comic book", "lichtenstein", "graphic novel", "ben day dots",
        "warhol",
        "comics", "superhero comic", "marvel comic", "andy warhol",
    ),
    "night": (
        "night", "moonlit night", "at night", "night time", "moonlight", "under the moon", "midnight",
        "starry sky",
        "dark night", "nocturne", "full moon", "stars",
    ),
    "sunset": (
        "sunset", "golden sunset", "golden hour", "at sunset", "sunrise", "dawn", "dusk",
        "warm evening light",
        "orange sky", "evening sun",
    ),
    "snow": (
        "snow", "snowy winter", "winter", "in winter", "snowfall", "covered in snow", "christmas",
        "ice and snow",
        "frozen", "arctic", "blizzard", "snowy",
    ),
    "cyberpunk": (
        "cyberpunk", "cyberpunk neon city", "neon lights", "cyberpunk city", "neon city", "blade runner",
        "futuristic neon", "sci-fi", "synthwave", "tron", "neon", "futuristic",
    ),
    "vaporwave": ("vaporwave", "retrowave", "80s aesthetic", "outrun", "vhs", "eighties", "pink and cyan"),
    "autumn": (
        "autumn", "fall colors", "autumn leaves", "in autumn", "fall", "october", "orange leaves",
        "indian summer",
    ),
    "spring": (
        "spring", "cherry blossom", "spring flowers", "sakura", "in bloom", "pink blossom", "springtime",
        "petals",
    ),
    "pastel": (
        "pastel", "soft pastel", "pastel colors", "kawaii", "cute", "pastel drawing", "candy colors",
        "soft colors",
    ),
    "blueprint": (
        "blueprint", "technical drawing", "architect plan", "cyanotype", "blue print", "schematic",
        "engineering plan",
    ),
    "neon lines": (
        "neon sign", "glowing lines", "neon outline", "laser lines", "glow in the dark", "light painting",
        "blacklight",
        "neon lines",
    ),
    "halftone": (
        "halftone", "newspaper print", "newspaper", "screen print", "halftone dots", "risograph",
        "print dots",
    ),
    "gold": (
        "gold statue", "made of gold", "golden sculpture", "bronze statue", "gold", "bronze",
        "metal sculpture",
        "golden statue",
    ),
    "fantasy": (
        "fantasy", "dreamy", "magical", "fairy tale", "ethereal", "fantasy art", "enchanted", "surreal dream",
        "galaxy", "cosmic", "space nebula",
    ),
    "underwater": ("underwater", "under the sea", "ocean", "deep sea", "atlantis", "aquarium"),
    "desert": ("desert", "mars", "dune", "sahara", "red planet", "egypt", "mad max", "wild west"),
    "horror": (
        "horror", "zombie", "dark and scary", "gothic", "haunted", "creepy", "apocalypse", "scary", "grim",
    ),
    "clay": (
        "3d render", "claymation", "clay", "plastic toy", "pixar", "3d cartoon", "plasticine",
        "wallace and gromit",
        "smooth 3d", "cgi",
    ),
    "photo": (
        "photo", "photograph", "a photo", "realistic", "photorealistic", "enhance", "sharp photo",
        "high quality photo", "dslr", "restore", "unchanged", "natural", "original",
    ),
}  # fmt: skip

# The first seven are what scenes are drawn of; the others are things in them that have a composition of their own.
NOUNS: dict[str, tuple[str, ...]] = {
    "landscape": (
        "a landscape", "mountains", "a mountain landscape", "a valley", "hills and trees", "a forest", "a field",
        "nature", "the countryside", "a meadow",
    ),
    "city": (
        "a city", "a street", "a skyline", "buildings", "downtown", "skyscrapers", "a town", "cars on a street",
        "a city skyline", "houses",
    ),
    "still life": (
        "a still life", "fruit on a table", "objects on a table", "food", "a kitchen", "a bowl of fruit",
    ),
    "portrait": (
        "a portrait", "a person", "a man", "a face", "my friend", "a boy", "an astronaut", "a portrait of a man",
        "me",
    ),
    "animal": ("a cat", "a dog", "an animal", "a kitten", "a portrait of a cat", "my cat", "my dog", "a pet"),
    "shapes": (
        "shapes", "leaves", "stones", "an abstract pattern", "flowers", "a texture", "a garden", "confetti",
    ),
    "drawing": ("a drawing", "a simple drawing", "a doodle", "my drawing", "a scribble"),
    "lake": ("a lake", "a river", "a lake in the mountains", "a pond"),
    "village": ("a village", "a house in the hills", "a house", "a cottage", "a farm"),
    "cup": ("a cup of coffee", "a cup", "a mug", "a cup of tea"),
    "vase": ("a vase", "a bottle", "a jar"),
    "woman": ("a woman", "a girl", "a portrait of a woman", "a lady"),
}  # fmt: skip

NEGATIVES: tuple[str, ...] = (
    "blurry", "low quality", "worst quality", "noise", "watermark", "text", "deformed", "ugly",
    "jpeg artifacts",
    "bad anatomy", "lowres", "grainy", "distorted", "extra limbs", "signature",
)  # fmt: skip

# Words that say nothing of a style.
_FILLERS = """
beautiful detailed masterpiece highly best quality trending artstation award winning intricate vivid
stunning professional epic cinematic lighting 4k 8k hd colorful amazing nice cool awesome please make it
look like me my this image picture as if was very really with of in the a an and on for style art old big
small red blue green happy sad dancing robot dragon castle king queen hat glasses tree bird car ship horse
wizard elf knight guy dude lol wow famous artist smooth sharp focus soft dramatic moody bright light
shadow composition background foreground centered wide angle close up full body character design concept
scene view digital ultra super hyper pizza banana football guitar computer phone train airplane boat
bridge river sun cloud rain fire water run jump sleep eat smile what who where why hello thanks test
"""
FILLERS: tuple[str, ...] = tuple(_FILLERS.split())

# Things that no scene shows. A prompt of these alone asks for nothing that the model can do.
_THINGS = """
bicycle dragon robot castle king queen wizard elf knight bird fish horse cow lion tiger bear rabbit frog snake
dinosaur monkey elephant penguin spider monster ghost alien soldier doctor nurse teacher baby child family friends
couple crowd football guitar piano computer phone camera laptop train airplane helicopter boat ship bus truck bike
motorcycle bridge tower church window door chair sofa lamp clock book letter flag hat crown glasses sword shield
pizza banana apple cake bread cheese burger sushi beer wine tea moon sun planet rocket spaceship rain fire water
beach island jungle cave volcano waterfall garden park school office shop station airport hotel bed box ball balloon
"""
THINGS: tuple[str, ...] = tuple(_THINGS.split())

_DOINGS = "on in with under behind above near holding riding eating watching without beside inside playing wearing"
DOINGS: tuple[str, ...] = tuple(_DOINGS.split())

SMALL_TALK: tuple[str, ...] = (
    "hello", "hello how are you", "hi there", "what is this", "can you help me", "thank you very much",
    "good morning", "please", "do something nice", "surprise me", "make it better", "i love this picture",
    "who are you", "test",
    "one two three", "yes", "no", "ok", "why not", "let's see what happens", "no idea", "what do you think",
)  # fmt: skip

TEMPLATES: tuple[str, ...] = (
    "{style}", "{style}", "{style}", "{noun}, {style}", "{noun}, {style}", "{style} of {noun}",
    "{style} of {noun}",
    "{noun} in the style of {style}", "{style} style", "{noun} as {style}", "a {style} of {noun}",
    "make it {style}",
    "turn this into {style}", "turn it into {style}", "{style}, {filler}", "{noun}, {style}, {filler}",
    "{filler} {style}", "{filler} {style} {filler}", "{noun}, {filler}, {style}", "{style} version of {noun}",
    "{style} art", "{noun} with {style} look", "in {style} style", "{style} {noun}", "{noun} {style}",
)  # fmt: skip

NOUN_TEMPLATES: tuple[str, ...] = (
    "{noun}, {style}", "{style} of {noun}", "{style}, {noun}", "{noun} {style}", "{style} {noun}",
    "{noun} in the style of {style}", "a {style} of {noun}", "{noun}, {style}, {filler}",
    "{filler} {style} of {noun}",
)  # fmt: skip

PAIR_TEMPLATES: tuple[str, ...] = (
    "{look}, {art}", "{art}, {look}", "{art} of {noun}, {look}", "{look} {noun}, {art}",
    "{noun}, {look}, {art}",
    "{art} of {look} {noun}", "{look} {art}", "{art} {look}", "{noun} {look}, {art}",
    "{art} of {noun} {look}",
    "{look} {noun} as {art}", "{filler} {art} of {look} {noun}", "{noun}, {art}, {look}, {filler}",
)  # fmt: skip
