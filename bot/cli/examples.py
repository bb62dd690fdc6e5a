"""Two or three examples for each command; a test reads every one of them as the command line would."""

EXAMPLES: dict[str, tuple[str, ...]] = {
    "serve": ("pentimento serve", "pentimento serve --config /etc/pentimento/pentimento.toml"),
    "playground": ("pentimento playground", "pentimento playground --port 0 --no-browser"),
    "img2img": (
        'pentimento img2img photo.jpg "an oil painting"',
        'pentimento img2img photo.jpg "the same house in snow" --strength 0.7 --seed 7 --out snow.png',
        'pentimento img2img sketch.png "a castle by the sea" --control scribble --strength 0.9',
    ),
    "sweep": (
        'pentimento sweep photo.jpg "a watercolor" --out sweep',
        'pentimento sweep photo.jpg "a watercolor" --strengths 0.2,0.5,0.8,1',
    ),
    "chain": ('pentimento chain photo.jpg "an ink drawing" "sunset" --out chain',),
    "demo": ("pentimento demo docs/demo/photo.jpg docs/demo/sketch.png",),
    "styles": ("pentimento styles", "pentimento styles photo.jpg --out styles"),
    "map": ("pentimento map photo.jpg --control canny --out edges.png",),
    "check": ("pentimento check", "pentimento check --json"),
    "models": ("pentimento models", "pentimento models --card 12"),
    "download": (
        "pentimento download sdxl-turbo",
        "pentimento download --offered",
        "pentimento download stabilityai/sd-turbo",
    ),
    "backup": ("pentimento backup copy.db", "pentimento backup everything.tar --pictures"),
    "restore": ("pentimento restore everything.tar",),
    "cleanup": ("pentimento cleanup", "pentimento cleanup --remove"),
    "init": ("pentimento init", "pentimento init --chat discord --model sdxl-turbo --data-dir /srv/pentimento"),
    "pause": ("pentimento pause",),
    "resume": ("pentimento resume",),
    "drain": ("pentimento drain", "pentimento drain --wait"),
    "restart": ("pentimento restart", "pentimento restart cuda:1 --wait"),
    "completion": (
        "pentimento completion bash > ~/.local/share/bash-completion/completions/pentimento",
        "pentimento completion zsh > ~/.zfunc/_pentimento",
    ),
}
