PRAGMA user_version = 7;
BEGIN TRANSACTION;
CREATE TABLE copies (
    job TEXT NOT NULL REFERENCES jobs (id) ON DELETE CASCADE,
    place TEXT NOT NULL,  -- a conversation that the bot sent a copy to
    PRIMARY KEY (job, place)
) STRICT;
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
    notes TEXT NOT NULL, safety TEXT NOT NULL DEFAULT '{}',
    UNIQUE (job, number)
) STRICT;
INSERT INTO "generations" VALUES('old0000000000000000003.0','old0000000000000000003',0,'{"platform":"fake","user":"ann","space":"server","name":"Ann"}','c65b4dc1f5a9683f77de7523eaf27c4baa76e8bf3a93bbc6afdffedef0a2b824','ebe76f17db3e7c251ff8caa772aca3c9dbee6d767ac12c9a10c51aaf7aa98d28','{"prompt":"a boat","negative_prompt":"people","strength":0.6,"seed":7,"steps":4,"guidance_scale":1.6,"style":"oil","model":"fake","loras":[],"uses_strength":true,"keep_palette":false,"control":null,"map_only":false}','{"parent":null,"root":null,"depth":1,"spoiler":false,"scaled":false}',64,64,2,0.02,1.80002481036015415192e+09,'[]','{"verdict":"unclassified","spoiler":false,"stays":false,"source_hidden":false}');
INSERT INTO "generations" VALUES('old0000000000000000005.0','old0000000000000000005',0,'{"platform":"fake","user":"ann","space":"server","name":"Ann"}','c65b4dc1f5a9683f77de7523eaf27c4baa76e8bf3a93bbc6afdffedef0a2b824','6801a729d06b9bdc7a84accaca9251b76dcb157d4ed256a2b1bf81127983162c','{"prompt":"a secret","negative_prompt":"","strength":0.5,"seed":4,"steps":4,"guidance_scale":1.5,"style":null,"model":"fake","loras":[],"uses_strength":true,"keep_palette":false,"control":null,"map_only":false}','{"parent":null,"root":null,"depth":1,"spoiler":false,"scaled":false}',64,64,2,0.02,1.8000248104904055595e+09,'[]','{"verdict":"unclassified","spoiler":false,"stays":false,"source_hidden":false}');
INSERT INTO "generations" VALUES('old0000000000000000007.0','old0000000000000000007',0,'{"platform":"fake","user":"ann","space":"server","name":"Ann"}','c65b4dc1f5a9683f77de7523eaf27c4baa76e8bf3a93bbc6afdffedef0a2b824','6a4fe3146e703a849bce601c39e47ac70cea4ee39c76077ab0c5da7d17d9377b','{"prompt":"a boat","negative_prompt":"","strength":0.3,"seed":6,"steps":4,"guidance_scale":1.5,"style":null,"model":"fake","loras":[],"uses_strength":true,"keep_palette":false,"control":null,"map_only":false}','{"parent":null,"root":null,"depth":1,"spoiler":false,"scaled":false}',64,64,1,0.01,1.80002481062916827201e+09,'[]','{"verdict":"unclassified","spoiler":false,"stays":false,"source_hidden":false}');
INSERT INTO "generations" VALUES('old0000000000000000007.1','old0000000000000000007',1,'{"platform":"fake","user":"ann","space":"server","name":"Ann"}','c65b4dc1f5a9683f77de7523eaf27c4baa76e8bf3a93bbc6afdffedef0a2b824','f1b0c38639e51d12a60bbc3914556dba0afbce5f0a4d6c32f62077cf40f5b0e9','{"prompt":"a boat","negative_prompt":"","strength":0.5,"seed":6,"steps":4,"guidance_scale":1.5,"style":null,"model":"fake","loras":[],"uses_strength":true,"keep_palette":false,"control":null,"map_only":false}','{"parent":null,"root":null,"depth":1,"spoiler":false,"scaled":false}',64,64,2,0.02,1.80002481068288683893e+09,'[]','{"verdict":"unclassified","spoiler":false,"stays":false,"source_hidden":false}');
INSERT INTO "generations" VALUES('old0000000000000000007.2','old0000000000000000007',2,'{"platform":"fake","user":"ann","space":"server","name":"Ann"}','c65b4dc1f5a9683f77de7523eaf27c4baa76e8bf3a93bbc6afdffedef0a2b824','b3a410c714cf8279b85dc8123d6022470271a805e9d2fe5d2ece7b05b1669d34','{"prompt":"a boat","negative_prompt":"","strength":0.7,"seed":6,"steps":4,"guidance_scale":1.5,"style":null,"model":"fake","loras":[],"uses_strength":true,"keep_palette":false,"control":null,"map_only":false}','{"parent":null,"root":null,"depth":1,"spoiler":false,"scaled":false}',64,64,3,0.03,1.80002481069738960259e+09,'[]','{"verdict":"unclassified","spoiler":false,"stays":false,"source_hidden":false}');
INSERT INTO "generations" VALUES('old0000000000000000007.3','old0000000000000000007',3,'{"platform":"fake","user":"ann","space":"server","name":"Ann"}','c65b4dc1f5a9683f77de7523eaf27c4baa76e8bf3a93bbc6afdffedef0a2b824','8a3370945ae088716fcc3bed4ef5e24a87e1308dbd0b59773cb6faeb07724d6e','{"prompt":"a boat","negative_prompt":"","strength":0.9,"seed":6,"steps":4,"guidance_scale":1.5,"style":null,"model":"fake","loras":[],"uses_strength":true,"keep_palette":false,"control":null,"map_only":false}','{"parent":null,"root":null,"depth":1,"spoiler":false,"scaled":false}',64,64,4,0.04,1.80002481071094536787e+09,'[]','{"verdict":"unclassified","spoiler":false,"stays":false,"source_hidden":false}');
INSERT INTO "generations" VALUES('old0000000000000000009.0','old0000000000000000009',0,'{"platform":"fake","user":"ann","space":"server","name":"Ann"}','ebe76f17db3e7c251ff8caa772aca3c9dbee6d767ac12c9a10c51aaf7aa98d28','889ec217385f49f31b40288cbe9e9a1899319683aecc6f3b863e11179baa4f35','{"prompt":"at night","negative_prompt":"people","strength":0.6,"seed":8,"steps":4,"guidance_scale":1.6,"style":"oil","model":"fake","loras":[],"uses_strength":true,"keep_palette":false,"control":null,"map_only":false}','{"parent":"old0000000000000000003.0","root":"old0000000000000000003.0","depth":2,"spoiler":false,"scaled":false}',64,64,2,0.02,1.80002481077388811108e+09,'[]','{"verdict":"unclassified","spoiler":false,"stays":false,"source_hidden":false}');
INSERT INTO "generations" VALUES('old0000000000000000011.0','old0000000000000000011',0,'{"platform":"fake","user":"ann","space":"server","name":"Ann"}','ed8a8829b87dca6a485acdef79240e6fad55f3570c751414c8e97232f2895048','9a2a7bbd22070ea126181a0c6e400afa1e9ef0c8e69d3935e9ddaa932f4c63ee','{"prompt":"a boat","negative_prompt":"","strength":0.5,"seed":10,"steps":4,"guidance_scale":1.5,"style":null,"model":"fake","loras":[],"uses_strength":true,"keep_palette":false,"control":{"kind":"canny","map":null,"scale":1.0,"start":0.0,"end":1.0},"map_only":true}','{"parent":null,"root":null,"depth":1,"spoiler":false,"scaled":false}',64,64,0,0.0,1.80002481183729863166e+09,'[]','{"verdict":"unclassified","spoiler":false,"stays":false,"source_hidden":false}');
INSERT INTO "generations" VALUES('old0000000000000000013.0','old0000000000000000013',0,'{"platform":"fake","user":"ann","space":"server","name":"Ann"}','ed8a8829b87dca6a485acdef79240e6fad55f3570c751414c8e97232f2895048','9a2a7bbd22070ea126181a0c6e400afa1e9ef0c8e69d3935e9ddaa932f4c63ee','{"prompt":"","negative_prompt":"","strength":0.5,"seed":12,"steps":4,"guidance_scale":1.5,"style":null,"model":"fake","loras":[],"uses_strength":true,"keep_palette":false,"control":{"kind":"canny","map":null,"scale":1.0,"start":0.0,"end":1.0},"map_only":true}','{"parent":null,"root":null,"depth":1,"spoiler":false,"scaled":false}',64,64,0,0.0,1.800024812002759695e+09,'[]','{"verdict":"unclassified","spoiler":false,"stays":false,"source_hidden":false}');
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
, site TEXT NOT NULL DEFAULT '{}', place TEXT NOT NULL DEFAULT '') STRICT;
INSERT INTO "jobs" VALUES(1,'old0000000000000000003','fake:done','fake:ann','succeeded',1,0,'','',1.80002480975080585484e+09,1.80002481027311778075e+09,1.80002481036501979835e+09,'img2img','{"platform":"fake","user":"ann","space":"server","name":"Ann"}','{"platform":"fake","address":{"channel":"1"}}','c65b4dc1f5a9683f77de7523eaf27c4baa76e8bf3a93bbc6afdffedef0a2b824','[{"prompt":"a boat","negative_prompt":"people","strength":0.6,"seed":7,"steps":4,"guidance_scale":1.6,"style":"oil","model":"fake","loras":[],"uses_strength":true,"keep_palette":false,"control":null,"map_only":false}]','{"parent":null,"root":null,"depth":1,"spoiler":false,"scaled":false}',0,'en',4096,'["Tip: the source has little contrast, so the result has little to hold on to; brighten it, or take more strength."]',1,'{"age_restricted":false,"spoilers":false}','fake:room');
INSERT INTO "jobs" VALUES(2,'old0000000000000000005','fake:private','fake:ann','succeeded',1,0,'','',1.80002481046085643767e+09,1.80002481048063254359e+09,1.80002481049261522285e+09,'img2img','{"platform":"fake","user":"ann","space":"server","name":"Ann"}','{"platform":"fake","address":{"channel":"1"}}','c65b4dc1f5a9683f77de7523eaf27c4baa76e8bf3a93bbc6afdffedef0a2b824','[{"prompt":"a secret","negative_prompt":"","strength":0.5,"seed":4,"steps":4,"guidance_scale":1.5,"style":null,"model":"fake","loras":[],"uses_strength":true,"keep_palette":false,"control":null,"map_only":false}]','{"parent":null,"root":null,"depth":1,"spoiler":false,"scaled":false}',1,'en',4096,'[]',1,'{"age_restricted":false,"spoilers":false}','fake:room');
INSERT INTO "jobs" VALUES(3,'old0000000000000000007','fake:sweep','fake:ann','succeeded',1,0,'','',1.80002481054348707203e+09,1.80002481058457446099e+09,1.80002481071136879921e+09,'sweep','{"platform":"fake","user":"ann","space":"server","name":"Ann"}','{"platform":"fake","address":{"channel":"1"}}','c65b4dc1f5a9683f77de7523eaf27c4baa76e8bf3a93bbc6afdffedef0a2b824','[{"prompt":"a boat","negative_prompt":"","strength":0.3,"seed":6,"steps":4,"guidance_scale":1.5,"style":null,"model":"fake","loras":[],"uses_strength":true,"keep_palette":false,"control":null,"map_only":false},{"prompt":"a boat","negative_prompt":"","strength":0.5,"seed":6,"steps":4,"guidance_scale":1.5,"style":null,"model":"fake","loras":[],"uses_strength":true,"keep_palette":false,"control":null,"map_only":false},{"prompt":"a boat","negative_prompt":"","strength":0.7,"seed":6,"steps":4,"guidance_scale":1.5,"style":null,"model":"fake","loras":[],"uses_strength":true,"keep_palette":false,"control":null,"map_only":false},{"prompt":"a boat","negative_prompt":"","strength":0.9,"seed":6,"steps":4,"guidance_scale":1.5,"style":null,"model":"fake","loras":[],"uses_strength":true,"keep_palette":false,"control":null,"map_only":false}]','{"parent":null,"root":null,"depth":1,"spoiler":false,"scaled":false}',0,'en',4096,'[]',1,'{"age_restricted":false,"spoilers":false}','fake:room');
INSERT INTO "jobs" VALUES(4,'old0000000000000000009','fake:chained','fake:ann','succeeded',1,0,'','',1.80002481072444987294e+09,1.80002481074871182441e+09,1.80002481077415513992e+09,'chain','{"platform":"fake","user":"ann","space":"server","name":"Ann"}','{"platform":"fake","address":{"channel":"1"}}','ebe76f17db3e7c251ff8caa772aca3c9dbee6d767ac12c9a10c51aaf7aa98d28','[{"prompt":"at night","negative_prompt":"people","strength":0.6,"seed":8,"steps":4,"guidance_scale":1.6,"style":"oil","model":"fake","loras":[],"uses_strength":true,"keep_palette":false,"control":null,"map_only":false}]','{"parent":"old0000000000000000003.0","root":"old0000000000000000003.0","depth":2,"spoiler":false,"scaled":false}',0,'en',4096,'[]',1,'{"age_restricted":false,"spoilers":false}','fake:room');
INSERT INTO "jobs" VALUES(5,'old0000000000000000011','fake:map','fake:ann','succeeded',1,0,'','',1.80002481084270715711e+09,1.80002481086658716203e+09,1.80002481184482192996e+09,'map','{"platform":"fake","user":"ann","space":"server","name":"Ann"}','{"platform":"fake","address":{"channel":"1"}}','ed8a8829b87dca6a485acdef79240e6fad55f3570c751414c8e97232f2895048','[{"prompt":"a boat","negative_prompt":"","strength":0.5,"seed":10,"steps":4,"guidance_scale":1.5,"style":null,"model":"fake","loras":[],"uses_strength":true,"keep_palette":false,"control":{"kind":"canny","map":null,"scale":1.0,"start":0.0,"end":1.0},"map_only":true}]','{"parent":null,"root":null,"depth":1,"spoiler":false,"scaled":false}',0,'en',4096,'[]',1,'{"age_restricted":false,"spoilers":false}','fake:room');
INSERT INTO "jobs" VALUES(6,'old0000000000000000013','fake:bare-map','fake:ann','succeeded',1,0,'','',1.80002481187511754034e+09,1.80002481197664403918e+09,1.8000248120044538975e+09,'map','{"platform":"fake","user":"ann","space":"server","name":"Ann"}','{"platform":"fake","address":{"channel":"1"}}','ed8a8829b87dca6a485acdef79240e6fad55f3570c751414c8e97232f2895048','[{"prompt":"","negative_prompt":"","strength":0.5,"seed":12,"steps":4,"guidance_scale":1.5,"style":null,"model":"fake","loras":[],"uses_strength":true,"keep_palette":false,"control":{"kind":"canny","map":null,"scale":1.0,"start":0.0,"end":1.0},"map_only":true}]','{"parent":null,"root":null,"depth":1,"spoiler":false,"scaled":false}',0,'en',4096,'[]',1,'{"age_restricted":false,"spoilers":false}','fake:room');
INSERT INTO "jobs" VALUES(7,'old0000000000000000015','fake:running','fake:ann','running',1,0,'old0000000000000000001','',1.80002481201386642459e+09,1.80002481202382707591e+09,NULL,'img2img','{"platform":"fake","user":"ann","space":"server","name":"Ann"}','{"platform":"fake","address":{"channel":"1"}}','c65b4dc1f5a9683f77de7523eaf27c4baa76e8bf3a93bbc6afdffedef0a2b824','[{"prompt":"a train","negative_prompt":"","strength":0.5,"seed":14,"steps":4,"guidance_scale":1.5,"style":null,"model":"fake","loras":[],"uses_strength":true,"keep_palette":false,"control":null,"map_only":false}]','{"parent":null,"root":null,"depth":1,"spoiler":false,"scaled":false}',0,'en',4096,'[]',1,'{"age_restricted":false,"spoilers":false}','fake:room');
INSERT INTO "jobs" VALUES(8,'old0000000000000000017','fake:waiting','fake:bob','queued',0,0,'','',1.80002481202224111564e+09,NULL,NULL,'img2img','{"platform":"fake","user":"bob","space":"server","name":"Bob"}','{"platform":"fake","address":{"channel":"1"}}','c65b4dc1f5a9683f77de7523eaf27c4baa76e8bf3a93bbc6afdffedef0a2b824','[{"prompt":"a plane","negative_prompt":"","strength":0.5,"seed":16,"steps":4,"guidance_scale":1.5,"style":null,"model":"fake","loras":[],"uses_strength":true,"keep_palette":false,"control":null,"map_only":false}]','{"parent":null,"root":null,"depth":1,"spoiler":false,"scaled":false}',1,'en',4096,'["Tip: the source has little contrast, so the result has little to hold on to; brighten it, or take more strength."]',1,'{"age_restricted":false,"spoilers":false}','fake:room');
INSERT INTO "jobs" VALUES(9,'old0000000000000000019','fake:again','fake:ann','queued',0,0,'','',1.80002481203133058544e+09,NULL,NULL,'rerun','{"platform":"fake","user":"ann","space":"server","name":"Ann"}','{"platform":"fake","address":{"channel":"1"}}','c65b4dc1f5a9683f77de7523eaf27c4baa76e8bf3a93bbc6afdffedef0a2b824','[{"prompt":"a boat","negative_prompt":"people","strength":0.9,"seed":7,"steps":4,"guidance_scale":1.6,"style":"oil","model":"fake","loras":[],"uses_strength":true,"keep_palette":false,"control":null,"map_only":false}]','{"parent":"old0000000000000000003.0","root":"old0000000000000000003.0","depth":1,"spoiler":false,"scaled":false}',0,'en',4096,'[]',1,'{"age_restricted":false,"spoilers":false}','fake:room');
CREATE TABLE outbox (
    job TEXT PRIMARY KEY REFERENCES jobs (id) ON DELETE CASCADE,
    message TEXT,
    attempts INTEGER NOT NULL DEFAULT 0,
    due_at REAL NOT NULL,
    done INTEGER NOT NULL DEFAULT 0,  -- shown, or never to be
    undeliverable TEXT NOT NULL DEFAULT ''
) STRICT;
INSERT INTO "outbox" VALUES('old0000000000000000003','message-old0000000000000000003',0,1.80002481036501979835e+09,1,'');
INSERT INTO "outbox" VALUES('old0000000000000000005','message-old0000000000000000005',0,1.80002481049261522285e+09,1,'');
INSERT INTO "outbox" VALUES('old0000000000000000007','message-old0000000000000000007',0,1.80002481071136879921e+09,1,'');
INSERT INTO "outbox" VALUES('old0000000000000000009','message-old0000000000000000009',0,1.80002481077415513992e+09,1,'');
INSERT INTO "outbox" VALUES('old0000000000000000011','message-old0000000000000000011',0,1.80002481184482192996e+09,1,'');
INSERT INTO "outbox" VALUES('old0000000000000000013','message-old0000000000000000013',0,1.8000248120044538975e+09,1,'');
INSERT INTO "outbox" VALUES('old0000000000000000015','message-old0000000000000000015',0,1.80002481201386642459e+09,0,'');
INSERT INTO "outbox" VALUES('old0000000000000000017','message-old0000000000000000017',0,1.80002481202224111564e+09,0,'');
INSERT INTO "outbox" VALUES('old0000000000000000019','message-old0000000000000000019',0,1.80002481203133058544e+09,0,'');
CREATE TABLE places (
    key TEXT PRIMARY KEY,
    settings TEXT NOT NULL  -- JSON
) STRICT;
CREATE TABLE sessions (
    token TEXT PRIMARY KEY,  -- its hash
    kind TEXT NOT NULL,
    requester_key TEXT NOT NULL,
    asker TEXT NOT NULL,  -- JSON
    expires_at REAL NOT NULL
) STRICT;
CREATE TABLE usage (
    job TEXT PRIMARY KEY,  -- no reference: deleting a job gives no quota back
    requester_key TEXT NOT NULL,
    pictures INTEGER NOT NULL,
    at REAL NOT NULL
) STRICT;
INSERT INTO "usage" VALUES('old0000000000000000003','fake:ann',1,1.80002480975080585484e+09);
INSERT INTO "usage" VALUES('old0000000000000000005','fake:ann',1,1.80002481046085643767e+09);
INSERT INTO "usage" VALUES('old0000000000000000007','fake:ann',4,1.80002481054348707203e+09);
INSERT INTO "usage" VALUES('old0000000000000000009','fake:ann',1,1.80002481072444987294e+09);
INSERT INTO "usage" VALUES('old0000000000000000011','fake:ann',1,1.80002481084270715711e+09);
INSERT INTO "usage" VALUES('old0000000000000000013','fake:ann',1,1.80002481187511754034e+09);
INSERT INTO "usage" VALUES('old0000000000000000015','fake:ann',1,1.80002481201386642459e+09);
INSERT INTO "usage" VALUES('old0000000000000000017','fake:bob',1,1.80002481202224111564e+09);
INSERT INTO "usage" VALUES('old0000000000000000019','fake:ann',1,1.80002481203133058544e+09);
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
COMMIT;
