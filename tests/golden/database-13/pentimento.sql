PRAGMA user_version = 13;
BEGIN TRANSACTION;
CREATE TABLE calls (
    job TEXT PRIMARY KEY REFERENCES jobs (id) ON DELETE CASCADE,
    message TEXT NOT NULL,  -- that called its owner, and is taken back
    until REAL NOT NULL
) STRICT;
CREATE TABLE copies (
    job TEXT NOT NULL REFERENCES jobs (id) ON DELETE CASCADE,
    place TEXT NOT NULL,  -- a conversation that the bot sent a copy to
    PRIMARY KEY (job, place)
) STRICT;
INSERT INTO "copies" VALUES('old0000000000000000003','fake:elsewhere');
CREATE TABLE generations (
    id TEXT PRIMARY KEY,
    job TEXT NOT NULL REFERENCES jobs (id) ON DELETE CASCADE,
    number INTEGER NOT NULL,  -- the index, which is a word of SQL
    requester TEXT NOT NULL,  -- JSON, as are recipe, lineage and notes
    source TEXT NOT NULL,
    image TEXT NOT NULL,
    recipe TEXT NOT NULL,
    lineage TEXT NOT NULL,  -- no reference: a child outlives its parent
    width INTEGER NOT NULL,
    height INTEGER NOT NULL,
    effective_steps INTEGER NOT NULL,
    seconds REAL NOT NULL,
    created_at REAL NOT NULL,
    notes TEXT NOT NULL, safety TEXT NOT NULL DEFAULT '{}', kept INTEGER NOT NULL DEFAULT 0,
    UNIQUE (job, number)
) STRICT;
INSERT INTO "generations" VALUES('old0000000000000000003.0','old0000000000000000003',0,'{"platform":"fake","user":"ann","space":"server","name":"Ann"}','c65b4dc1f5a9683f77de7523eaf27c4baa76e8bf3a93bbc6afdffedef0a2b824','ebe76f17db3e7c251ff8caa772aca3c9dbee6d767ac12c9a10c51aaf7aa98d28','{"prompt":"a boat","negative_prompt":"people","strength":0.6,"seed":7,"steps":4,"guidance_scale":1.6,"style":"oil","model":"fake","loras":[],"uses_strength":true,"keep_palette":false,"control":null,"map_only":false}','{"parent":null,"root":null,"depth":1,"spoiler":false,"description":"","scaled":false}',64,64,2,0.02,1.80004762136327552801e+09,'[]','{"verdict":"unclassified","spoiler":false,"stays":false,"source_hidden":false}',0);
INSERT INTO "generations" VALUES('old0000000000000000005.0','old0000000000000000005',0,'{"platform":"fake","user":"ann","space":"server","name":"Ann"}','c65b4dc1f5a9683f77de7523eaf27c4baa76e8bf3a93bbc6afdffedef0a2b824','6801a729d06b9bdc7a84accaca9251b76dcb157d4ed256a2b1bf81127983162c','{"prompt":"a secret","negative_prompt":"","strength":0.5,"seed":4,"steps":4,"guidance_scale":1.5,"style":null,"model":"fake","loras":[],"uses_strength":true,"keep_palette":false,"control":null,"map_only":false}','{"parent":null,"root":null,"depth":1,"spoiler":false,"description":"","scaled":false}',64,64,2,0.02,1.80004762138824200628e+09,'[]','{"verdict":"unclassified","spoiler":false,"stays":false,"source_hidden":false}',0);
INSERT INTO "generations" VALUES('old0000000000000000007.0','old0000000000000000007',0,'{"platform":"fake","user":"ann","space":"server","name":"Ann"}','c65b4dc1f5a9683f77de7523eaf27c4baa76e8bf3a93bbc6afdffedef0a2b824','6a4fe3146e703a849bce601c39e47ac70cea4ee39c76077ab0c5da7d17d9377b','{"prompt":"a boat","negative_prompt":"","strength":0.3,"seed":6,"steps":4,"guidance_scale":1.5,"style":null,"model":"fake","loras":[],"uses_strength":true,"keep_palette":false,"control":null,"map_only":false}','{"parent":null,"root":null,"depth":1,"spoiler":false,"description":"","scaled":false}',64,64,1,0.01,1.8000476213994905948e+09,'[]','{"verdict":"unclassified","spoiler":false,"stays":false,"source_hidden":false}',0);
INSERT INTO "generations" VALUES('old0000000000000000007.1','old0000000000000000007',1,'{"platform":"fake","user":"ann","space":"server","name":"Ann"}','c65b4dc1f5a9683f77de7523eaf27c4baa76e8bf3a93bbc6afdffedef0a2b824','b3a410c714cf8279b85dc8123d6022470271a805e9d2fe5d2ece7b05b1669d34','{"prompt":"a boat","negative_prompt":"","strength":0.7,"seed":6,"steps":4,"guidance_scale":1.5,"style":null,"model":"fake","loras":[],"uses_strength":true,"keep_palette":false,"control":null,"map_only":false}','{"parent":null,"root":null,"depth":1,"spoiler":false,"description":"","scaled":false}',64,64,3,0.03,1.80004762140535783769e+09,'[]','{"verdict":"unclassified","spoiler":false,"stays":false,"source_hidden":false}',0);
INSERT INTO "generations" VALUES('old0000000000000000009.0','old0000000000000000009',0,'{"platform":"fake","user":"ann","space":"server","name":"Ann"}','ebe76f17db3e7c251ff8caa772aca3c9dbee6d767ac12c9a10c51aaf7aa98d28','889ec217385f49f31b40288cbe9e9a1899319683aecc6f3b863e11179baa4f35','{"prompt":"at night","negative_prompt":"people","strength":0.6,"seed":8,"steps":4,"guidance_scale":1.6,"style":"oil","model":"fake","loras":[],"uses_strength":true,"keep_palette":false,"control":null,"map_only":false}','{"parent":"old0000000000000000003.0","root":"old0000000000000000003.0","depth":2,"spoiler":false,"description":"","scaled":false}',64,64,2,0.02,1.80004762141373252874e+09,'[]','{"verdict":"unclassified","spoiler":false,"stays":false,"source_hidden":false}',1);
INSERT INTO "generations" VALUES('old0000000000000000011.0','old0000000000000000011',0,'{"platform":"fake","user":"ann","space":"server","name":"Ann"}','2871b89fae6bed4123e852a3448ab37db1c7a8a761ad8fd15ad1f12860aa4e0b','ceb8346cacf4100f74cbc65f4a30e97c549356d95edb5a145bc6c1698f03e230','{"prompt":"a boat","negative_prompt":"","strength":0.5,"seed":10,"steps":4,"guidance_scale":1.5,"style":null,"model":"fake","loras":[],"uses_strength":true,"keep_palette":false,"control":{"kind":"canny","map":null,"scale":1.0,"start":0.0,"end":1.0},"map_only":true}','{"parent":null,"root":null,"depth":1,"spoiler":false,"description":"","scaled":false}',64,64,0,0.0,1.80004762546582341197e+09,'[]','{"verdict":"unclassified","spoiler":false,"stays":false,"source_hidden":false}',0);
INSERT INTO "generations" VALUES('old0000000000000000013.0','old0000000000000000013',0,'{"platform":"fake","user":"ann","space":"server","name":"Ann"}','2871b89fae6bed4123e852a3448ab37db1c7a8a761ad8fd15ad1f12860aa4e0b','ceb8346cacf4100f74cbc65f4a30e97c549356d95edb5a145bc6c1698f03e230','{"prompt":"","negative_prompt":"","strength":0.5,"seed":12,"steps":4,"guidance_scale":1.5,"style":null,"model":"fake","loras":[],"uses_strength":true,"keep_palette":false,"control":{"kind":"canny","map":null,"scale":1.0,"start":0.0,"end":1.0},"map_only":true}','{"parent":null,"root":null,"depth":1,"spoiler":false,"description":"","scaled":false}',64,64,0,0.0,1.80004762554153251649e+09,'[]','{"verdict":"unclassified","spoiler":false,"stays":false,"source_hidden":false}',0);
CREATE TABLE greetings (
    key TEXT PRIMARY KEY,  -- as in places
    event TEXT NOT NULL  -- what the place was greeted for; empty: it knew the bot before there were greetings
) STRICT;
INSERT INTO "greetings" VALUES('server','fake:joined');
CREATE TABLE inbox (
    id TEXT PRIMARY KEY,
    platform TEXT NOT NULL,
    payload TEXT NOT NULL,  -- emptied once settled: it quotes a member
    received_at REAL NOT NULL,
    settled INTEGER NOT NULL DEFAULT 0
) STRICT;
INSERT INTO "inbox" VALUES('fake:unsettled','fake','{}',1.0,0);
CREATE TABLE install_states (
    state TEXT PRIMARY KEY,
    expires_at REAL NOT NULL
) STRICT;
CREATE TABLE installations (
    enterprise TEXT NOT NULL,
    team TEXT NOT NULL,  -- empty: installed for the whole organisation
    content TEXT NOT NULL,  -- JSON
    PRIMARY KEY (enterprise, team)
) STRICT;
CREATE TABLE jobs (
    seq INTEGER PRIMARY KEY,  -- order of arrival where times are equal
    id TEXT NOT NULL UNIQUE,
    event_id TEXT NOT NULL UNIQUE,
    requester_key TEXT NOT NULL,
    status TEXT NOT NULL,
    attempt INTEGER NOT NULL,
    strikes INTEGER NOT NULL,
    lease TEXT NOT NULL,
    error TEXT NOT NULL,
    created_at REAL NOT NULL,
    started_at REAL,
    ended_at REAL,
    action TEXT NOT NULL,
    requester TEXT NOT NULL,  -- JSON, as are reply_to, recipes, lineage and notes
    reply_to TEXT NOT NULL,
    source TEXT NOT NULL,
    recipes TEXT NOT NULL,
    lineage TEXT NOT NULL,
    private INTEGER NOT NULL,
    locale TEXT NOT NULL,
    pixels INTEGER NOT NULL,
    notes TEXT NOT NULL,
    pictures_kept INTEGER NOT NULL DEFAULT 1  -- 0: retention took the source and all results
, site TEXT NOT NULL DEFAULT '{}', place TEXT NOT NULL DEFAULT '', offers_thread INTEGER NOT NULL DEFAULT 0) STRICT;
INSERT INTO "jobs" VALUES(1,'old0000000000000000003','fake:done','fake:ann','succeeded',1,0,'','',1.80004762110711264613e+09,1.80004762135380578036e+09,1.80004762136329340936e+09,'img2img','{"platform":"fake","user":"ann","space":"server","name":"Ann"}','{"platform":"fake","address":{"channel":"1"}}','c65b4dc1f5a9683f77de7523eaf27c4baa76e8bf3a93bbc6afdffedef0a2b824','[{"prompt":"a boat","negative_prompt":"people","strength":0.6,"seed":7,"steps":4,"guidance_scale":1.6,"style":"oil","model":"fake","loras":[],"uses_strength":true,"keep_palette":false,"control":null,"map_only":false}]','{"parent":null,"root":null,"depth":1,"spoiler":false,"description":"","scaled":false}',0,'en',4096,'["Tip: the source has little contrast, so the result has little to hold on to; brighten it, or take more strength."]',1,'{"age_restricted":false,"spoilers":false}','fake:room',0);
INSERT INTO "jobs" VALUES(2,'old0000000000000000005','fake:private','fake:ann','succeeded',1,0,'','',1.80004762138178753859e+09,1.80004762138518667217e+09,1.80004762138825774196e+09,'img2img','{"platform":"fake","user":"ann","space":"server","name":"Ann"}','{"platform":"fake","address":{"channel":"1"}}','c65b4dc1f5a9683f77de7523eaf27c4baa76e8bf3a93bbc6afdffedef0a2b824','[{"prompt":"a secret","negative_prompt":"","strength":0.5,"seed":4,"steps":4,"guidance_scale":1.5,"style":null,"model":"fake","loras":[],"uses_strength":true,"keep_palette":false,"control":null,"map_only":false}]','{"parent":null,"root":null,"depth":1,"spoiler":false,"description":"","scaled":false}',1,'en',4096,'[]',1,'{"age_restricted":false,"spoilers":false}','fake:room',0);
INSERT INTO "jobs" VALUES(3,'old0000000000000000007','fake:sweep','fake:ann','succeeded',1,0,'','',1800047621.39112,1.80004762139627456666e+09,1.80004762140537118916e+09,'sweep','{"platform":"fake","user":"ann","space":"server","name":"Ann"}','{"platform":"fake","address":{"channel":"1"}}','c65b4dc1f5a9683f77de7523eaf27c4baa76e8bf3a93bbc6afdffedef0a2b824','[{"prompt":"a boat","negative_prompt":"","strength":0.3,"seed":6,"steps":4,"guidance_scale":1.5,"style":null,"model":"fake","loras":[],"uses_strength":true,"keep_palette":false,"control":null,"map_only":false},{"prompt":"a boat","negative_prompt":"","strength":0.7,"seed":6,"steps":4,"guidance_scale":1.5,"style":null,"model":"fake","loras":[],"uses_strength":true,"keep_palette":false,"control":null,"map_only":false}]','{"parent":null,"root":null,"depth":1,"spoiler":false,"description":"","scaled":false}',0,'en',4096,'[]',1,'{"age_restricted":false,"spoilers":false}','fake:room',0);
INSERT INTO "jobs" VALUES(4,'old0000000000000000009','fake:chained','fake:ann','succeeded',1,0,'','',1.80004762140915036206e+09,1.80004762141119766232e+09,1.80004762141374540333e+09,'chain','{"platform":"fake","user":"ann","space":"server","name":"Ann"}','{"platform":"fake","address":{"channel":"1"}}','ebe76f17db3e7c251ff8caa772aca3c9dbee6d767ac12c9a10c51aaf7aa98d28','[{"prompt":"at night","negative_prompt":"people","strength":0.6,"seed":8,"steps":4,"guidance_scale":1.6,"style":"oil","model":"fake","loras":[],"uses_strength":true,"keep_palette":false,"control":null,"map_only":false}]','{"parent":"old0000000000000000003.0","root":"old0000000000000000003.0","depth":2,"spoiler":false,"description":"","scaled":false}',0,'en',4096,'[]',1,'{"age_restricted":false,"spoilers":false}','fake:room',0);
INSERT INTO "jobs" VALUES(5,'old0000000000000000011','fake:map','fake:ann','succeeded',1,0,'','',1.8000476240019888878e+09,1.80004762404248309136e+09,1.80004762546585202215e+09,'map','{"platform":"fake","user":"ann","space":"server","name":"Ann"}','{"platform":"fake","address":{"channel":"1"}}','2871b89fae6bed4123e852a3448ab37db1c7a8a761ad8fd15ad1f12860aa4e0b','[{"prompt":"a boat","negative_prompt":"","strength":0.5,"seed":10,"steps":4,"guidance_scale":1.5,"style":null,"model":"fake","loras":[],"uses_strength":true,"keep_palette":false,"control":{"kind":"canny","map":null,"scale":1.0,"start":0.0,"end":1.0},"map_only":true}]','{"parent":null,"root":null,"depth":1,"spoiler":false,"description":"","scaled":false}',0,'en',4096,'[]',1,'{"age_restricted":false,"spoilers":false}','fake:room',0);
INSERT INTO "jobs" VALUES(6,'old0000000000000000013','fake:bare-map','fake:ann','succeeded',1,0,'','',1.80004762549769401552e+09,1.80004762553011012074e+09,1.80004762554158544542e+09,'map','{"platform":"fake","user":"ann","space":"server","name":"Ann"}','{"platform":"fake","address":{"channel":"1"}}','2871b89fae6bed4123e852a3448ab37db1c7a8a761ad8fd15ad1f12860aa4e0b','[{"prompt":"","negative_prompt":"","strength":0.5,"seed":12,"steps":4,"guidance_scale":1.5,"style":null,"model":"fake","loras":[],"uses_strength":true,"keep_palette":false,"control":{"kind":"canny","map":null,"scale":1.0,"start":0.0,"end":1.0},"map_only":true}]','{"parent":null,"root":null,"depth":1,"spoiler":false,"description":"","scaled":false}',0,'en',4096,'[]',1,'{"age_restricted":false,"spoilers":false}','fake:room',0);
INSERT INTO "jobs" VALUES(7,'old0000000000000000015','fake:running','fake:ann','running',1,0,'old0000000000000000001','',1.8000476256005079746e+09,1.80004762562837958336e+09,NULL,'img2img','{"platform":"fake","user":"ann","space":"server","name":"Ann"}','{"platform":"fake","address":{"channel":"1"}}','c65b4dc1f5a9683f77de7523eaf27c4baa76e8bf3a93bbc6afdffedef0a2b824','[{"prompt":"a train","negative_prompt":"","strength":0.5,"seed":14,"steps":4,"guidance_scale":1.5,"style":null,"model":"fake","loras":[],"uses_strength":true,"keep_palette":false,"control":null,"map_only":false}]','{"parent":null,"root":null,"depth":1,"spoiler":false,"description":"","scaled":false}',0,'en',4096,'[]',1,'{"age_restricted":false,"spoilers":false}','fake:room',0);
INSERT INTO "jobs" VALUES(8,'old0000000000000000017','fake:waiting','fake:bob','queued',0,0,'','',1.80004762564512753482e+09,NULL,NULL,'img2img','{"platform":"fake","user":"bob","space":"server","name":"Bob"}','{"platform":"fake","address":{"channel":"1"}}','c65b4dc1f5a9683f77de7523eaf27c4baa76e8bf3a93bbc6afdffedef0a2b824','[{"prompt":"a plane","negative_prompt":"","strength":0.5,"seed":16,"steps":4,"guidance_scale":1.5,"style":null,"model":"fake","loras":[],"uses_strength":true,"keep_palette":false,"control":null,"map_only":false}]','{"parent":null,"root":null,"depth":1,"spoiler":false,"description":"","scaled":false}',0,'en',4096,'["Tip: the source has little contrast, so the result has little to hold on to; brighten it, or take more strength."]',1,'{"age_restricted":false,"spoilers":false}','fake:room',0);
INSERT INTO "jobs" VALUES(9,'old0000000000000000019','fake:again','fake:ann','queued',0,0,'','',1.80004762565972757336e+09,NULL,NULL,'rerun','{"platform":"fake","user":"ann","space":"server","name":"Ann"}','{"platform":"fake","address":{"channel":"1"}}','c65b4dc1f5a9683f77de7523eaf27c4baa76e8bf3a93bbc6afdffedef0a2b824','[{"prompt":"a boat","negative_prompt":"people","strength":0.9,"seed":7,"steps":4,"guidance_scale":1.6,"style":"oil","model":"fake","loras":[],"uses_strength":true,"keep_palette":false,"control":null,"map_only":false}]','{"parent":"old0000000000000000003.0","root":"old0000000000000000003.0","depth":1,"spoiler":false,"description":"","scaled":false}',0,'en',4096,'[]',1,'{"age_restricted":false,"spoilers":false}','fake:room',0);
CREATE TABLE operation (
    only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
    mode TEXT NOT NULL
) STRICT;
CREATE TABLE outbox (
    job TEXT PRIMARY KEY REFERENCES jobs (id) ON DELETE CASCADE,
    message TEXT,
    attempts INTEGER NOT NULL DEFAULT 0,
    due_at REAL NOT NULL,
    done INTEGER NOT NULL DEFAULT 0,  -- shown, or never to be
    undeliverable TEXT NOT NULL DEFAULT ''
) STRICT;
INSERT INTO "outbox" VALUES('old0000000000000000003','message-old0000000000000000003',0,1.80004762136329340936e+09,1,'');
INSERT INTO "outbox" VALUES('old0000000000000000005','message-old0000000000000000005',0,1.80004762138825774196e+09,1,'');
INSERT INTO "outbox" VALUES('old0000000000000000007','message-old0000000000000000007',0,1.80004762140537118916e+09,1,'');
INSERT INTO "outbox" VALUES('old0000000000000000009','message-old0000000000000000009',0,1.80004762141374540333e+09,1,'');
INSERT INTO "outbox" VALUES('old0000000000000000011','message-old0000000000000000011',0,1.80004762546585202215e+09,1,'');
INSERT INTO "outbox" VALUES('old0000000000000000013','message-old0000000000000000013',0,1.80004762554158544542e+09,1,'');
INSERT INTO "outbox" VALUES('old0000000000000000015','message-old0000000000000000015',0,1.8000476256005079746e+09,0,'');
INSERT INTO "outbox" VALUES('old0000000000000000017','message-old0000000000000000017',0,1.80004762564512753482e+09,0,'');
INSERT INTO "outbox" VALUES('old0000000000000000019','message-old0000000000000000019',0,1.80004762565972757336e+09,0,'');
CREATE TABLE places (
    key TEXT PRIMARY KEY,
    settings TEXT NOT NULL  -- JSON
) STRICT;
INSERT INTO "places" VALUES('server','{"language":"de","log":"7","banned":["eve 1900000000 Eve"]}');
CREATE TABLE restart (
    only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
    device TEXT NOT NULL,
    stage TEXT NOT NULL,
    outcome TEXT NOT NULL  -- JSON
) STRICT;
CREATE TABLE sessions (
    token TEXT PRIMARY KEY,  -- its hash
    kind TEXT NOT NULL,
    requester_key TEXT NOT NULL,
    asker TEXT NOT NULL,  -- JSON
    expires_at REAL NOT NULL
) STRICT;
CREATE TABLE threads (
    family TEXT NOT NULL REFERENCES jobs (id) ON DELETE CASCADE,  -- the job of the first result
    place TEXT NOT NULL,
    thread TEXT NOT NULL,  -- the chat's own id
    PRIMARY KEY (family, place)
) STRICT;
CREATE TABLE usage (
    job TEXT PRIMARY KEY,  -- no reference: deleting a job gives no quota back
    requester_key TEXT NOT NULL,
    pictures INTEGER NOT NULL,
    at REAL NOT NULL
) STRICT;
INSERT INTO "usage" VALUES('old0000000000000000003','fake:ann',1,1.80004762110711264613e+09);
INSERT INTO "usage" VALUES('old0000000000000000005','fake:ann',1,1.80004762138178753859e+09);
INSERT INTO "usage" VALUES('old0000000000000000007','fake:ann',2,1800047621.39112);
INSERT INTO "usage" VALUES('old0000000000000000009','fake:ann',1,1.80004762140915036206e+09);
INSERT INTO "usage" VALUES('old0000000000000000011','fake:ann',1,1.8000476240019888878e+09);
INSERT INTO "usage" VALUES('old0000000000000000013','fake:ann',1,1.80004762549769401552e+09);
INSERT INTO "usage" VALUES('old0000000000000000015','fake:ann',1,1.8000476256005079746e+09);
INSERT INTO "usage" VALUES('old0000000000000000017','fake:bob',1,1.80004762564512753482e+09);
INSERT INTO "usage" VALUES('old0000000000000000019','fake:ann',1,1.80004762565972757336e+09);
CREATE INDEX inbox_unsettled ON inbox (platform, received_at) WHERE settled = 0;
CREATE INDEX jobs_open ON jobs (created_at) WHERE status IN ('queued', 'running');
CREATE INDEX jobs_of_requester ON jobs (requester_key, created_at);
CREATE INDEX outbox_due ON outbox (due_at) WHERE done = 0;
CREATE INDEX usage_of_requester ON usage (requester_key, at);
CREATE INDEX outbox_message ON outbox (message) WHERE message IS NOT NULL;
CREATE INDEX jobs_open_of ON jobs (requester_key) WHERE status IN ('queued', 'running');
CREATE INDEX jobs_in_space ON jobs (requester ->> 'platform', requester ->> 'space');
CREATE INDEX jobs_ended ON jobs (ended_at, seq);
CREATE INDEX jobs_with_pictures ON jobs (ended_at, seq) WHERE pictures_kept;
CREATE INDEX jobs_source ON jobs (source) WHERE pictures_kept;
CREATE INDEX jobs_map ON jobs (recipes ->> '$[0].control.map') WHERE pictures_kept;
CREATE INDEX generations_image ON generations (image);
CREATE INDEX usage_at ON usage (at);
CREATE INDEX inbox_settled ON inbox (received_at) WHERE settled;
CREATE INDEX sessions_of_requester ON sessions (requester_key);
CREATE INDEX sessions_in_space ON sessions (asker ->> '$.requester.platform', asker ->> '$.requester.space');
CREATE INDEX sessions_expired ON sessions (expires_at);
CREATE INDEX jobs_failed ON jobs (ended_at, seq) WHERE status IN ('failed', 'refused');
CREATE INDEX outbox_undeliverable ON outbox (due_at) WHERE undeliverable != '';
CREATE INDEX generations_kept ON generations (job) WHERE kept;
CREATE INDEX jobs_of_family ON jobs (lineage ->> '$.root') WHERE lineage ->> '$.root' IS NOT NULL;
CREATE INDEX threads_by_id ON threads (thread);
CREATE INDEX calls_until ON calls (until, job);
COMMIT;
