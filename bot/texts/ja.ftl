headline-received = 受け付けました
headline-queued = 順番待ち
headline-queued-at = 順番待ち { $position } 番目
headline-paused-at = ボットの管理者が一時停止中、順番待ち { $position } 番目
headline-interrupted = 中断されたため、順番待ちに戻りました
headline-starting = 開始しています
headline-downloading = モデルをダウンロードしています
headline-downloading-size = モデルをダウンロードしています：{ NUMBER($of, minimumFractionDigits: 1) } { $unit } のうち { NUMBER($done, minimumFractionDigits: 1) } { $unit }
headline-downloading-left = モデルをダウンロードしています：{ NUMBER($of, minimumFractionDigits: 1) } { $unit } のうち { NUMBER($done, minimumFractionDigits: 1) } { $unit }、あと約 { $minutes } 分
headline-loading = モデルを読み込んでいます
headline-painting = 描いています… { $percent }%
headline-finishing = 仕上げています
headline-drawing = マップを描いています
headline-done = できました
headline-map = マップ
headline-cancelled = キャンセルしました
headline-unrendered = この結果は今は表示できません。保存してあり、次の起動のあとに届きます。

word-subtle = ひかえめ
word-balanced = ほどよく
word-strong = 強め
word-reimagine = 描き直し

fact-strengths = 強さ { $strengths }
fact-seed = シード { $value }
fact-seeds = シード { $seeds }
fact-steps = ステップ { $value }
fact-guidance-scale = ガイダンス { $value }
fact-model = モデル { $value }
fact-style = スタイル { $value }
fact-loras = アダプター { $value }
fact-edits = 指示による編集
fact-control = 構造 { $kind }
fact-control-map = 構造 { $kind }（渡されたマップ）
fact-control-scale = 構造の強さ { $scale }
fact-control-span = 構造はステップの { $start } から { $end } まで
control-canny = canny: すべての輪郭
control-lineart = lineart: 線画
control-scribble = scribble: 太い落書き線
control-softedge = softedge: やわらかい輪郭
control-depth = depth: 奥行き
control-pose = pose: 人の関節
control-none = なし: 強さだけで決まる
label-strength = 強さ { $strength }
label-seed = { $number }：シード { $seed }
alt-picture = { $prompt }（AI 生成画像、強さ { $strength }）
alt-map = 構造マップ（{ $kind }）
alt-preview = 途中のプレビュー
alt-described = { $alt }。元の画像：{ $description }
alt-source = 元の画像
alt-compare = 変更前と変更後
notify-ready = 画像ができました ↑

print-pass = { $depth } 回目
print-made-by-ai = AI 生成
print-seconds = { $seconds } 秒
print-id = id { $id }

card-expected = 完成予定 { $when } · 遅くとも { $late }
slack-card-expected = 完成予定 { $when } · 遅くとも { $late }
card-left = { $unit ->
    [hours] 残り約 { $count } 時間
    [minutes] 残り約 { $count } 分
   *[seconds] 残り約 { $count } 秒
 }
note-animated = アニメーションなので、最初の一コマを使いました。
note-kept-smaller = 画像は送られたものより小さく保存されています（ほかの強さにはこれで十分です）。すべてのピクセルが必要なら、強さ 0 でもう一度送ってください。
note-made-smaller = { $size } に縮小しました。{ $wanted } はデバイスのメモリに収まりませんでした。
note-sent-as = ここではファイルは { $most } MB までなので、{ format-sent } で送りました。
note-sent-smaller = ここではファイルは { $most } MB までなので、{ $full } ピクセルを { $size } にして { format-sent } で送りました。
format-sent = { $format ->
    [lossless] 可逆圧縮の WebP
   *[other] { $format }
 }
note-too-large = このチャンネルには大きすぎます。「{ button-details }」からファイルで受け取れます。
note-thread-closed = スレッドに書き込めないため、ここに表示します。
note-sent-directly = 依頼された場所ではお見せできなかったので、直接お送りします。
note-stays = この画像は依頼した場所でだけ表示できます。そこでボタンを押すか、もう一度依頼してください。
note-recipe-unread = 貼り付けられたレシピのうち、ここにはないものは使いませんでした：{ $settings }。
note-weights-unread = (単語:1.3) のような重みはここでは効きません。言葉だけを読みました。
note-strength-used = 強さ { $strength } で作成しました。このモデルは強さをステップ単位で数えるため、{ $wanted } にはなりません。
note-lora-in-part = アダプター「{ $name }」の { $all } 層のうち { $missed } 層はこのモデルに合わず、効果がありませんでした。
note-schedule-unread = [昼:夕方:0.5] のような途中での切り替えはここでは効きません。すべての言葉を最初から読みました。
note-prompt-unread = プロンプトがこのモデルには長すぎます。読まれなかった部分：「{ $words }」
note-negative-unread = ネガティブプロンプトがこのモデルには長すぎます。読まれなかった部分：「{ $words }」
note-negative-unguided = ガイダンス { $guidance } ではネガティブプロンプトは効きません。5 など、より大きい値を指定してください。
note-negative-idle = モデル { $model } ではネガティブプロンプトは効きません。

button-subtle = ひかえめ { $strength }
button-balanced = ほどよく { $strength }
button-strong = 強め { $strength }
button-reimagine = 描き直し { $strength }
button-chain = 続ける
button-keep-at = 残す { $mark }
button-keep = 残す
button-compare = 比べる
button-original = 元の画質
menu-styles = スタイルを選ぶ…
menu-chain = どれから続けますか…
button-reroll = 引き直す
button-edit = 編集
button-sweep = 強さ比較
button-details = 詳細
button-delete = 削除
button-cancel = キャンセル
button-showmap = マップを見る
button-usemap = マップを使う
button-askmap = マップを使う
button-publish = 公開
button-publishopen = スポイラーなしで公開
button-collect = 受け取る
button-erase = 削除
button-leave = 残す
button-take = { $style } にする
button-pick = 画像を選ぶ
button-report = 通報
button-ban = 7 日間ブロック
button-dismiss = 却下
button-thread = スレッドで続ける
button-forget = すべて削除

advice-ai-picture = ヒント：AI が作った画像の仕上げには強さ 0.35 が向いています。
advice-low-contrast = ヒント：元の画像のコントラストが低く、手がかりが少なくなります。明るくするか、強さを上げてください。
advice-faint = ヒント：強さ { $strength } ではスタイルがほとんど出ません。{ $usual } を試してください。
advice-fierce = ヒント：強さ { $strength } では元の画像がほとんど残りません。{ $usual } を試してください。
advice-no-style = ヒント：油絵（oil painting）のようなスタイルを指定できます。/styles をご覧ください。

refused-our-fault = こちらで問題が起きました。1 分後にもう一度お試しください。
refused-busy = 今はチャットが返事を受け付けません。1 分後にもう一度お試しください。
refused-no-prompt = 画像をどう変えたいか書いてください。例：「油絵」
refused-no-picture = 画像が見当たりません。添付するか、画像のあるメッセージに返信するか、ここで選んでください。
refused-no-picture-there = そのメッセージには使える画像がありません。写真や絵、結果のあるものを選んでください。
refused-sticker = スタンプは使えません。画像をファイルで送ってください。
refused-withheld = Discord がその画像を見せてくれません。ここで選ぶか、メッセージのメニューから「アプリ」「{ menu-remix }」を選んでください。
refused-role-withheld = 私のロールへのメンションの内容は Discord が見せてくれません。アプリの印が付いた私自身をメンションしてください。
refused-several-pictures = 画像が { $count } 枚あります。一枚だけ送るか、「アプリ」の「{ menu-remix }」で選んでください。
refused-several-results = そのメッセージには結果が { $count } 枚あります。下の「{ menu-chain }」から選んでください。
refused-form-forgotten = そのフォームは期限切れです。もう一度「{ menu-remix }」を選んでください。
refused-wish-gone = 時間がたちすぎています。もう一度依頼してください。
refused-form-gone = そのフォームはもう残っていません。新しく開いてください。書いた内容はお断りのメッセージにあります。
refused-double = 同じ依頼をすでに受け付けています。
refused-gone = その結果はもう残っていません。画像をもう一度送ってください。
refused-not-yours = それができるのは依頼した本人だけです。
refused-unknown = そのボタンは古くなっています。チャットを再読み込みして、もう一度お試しください。
refused-this-one = これがその画像です。別の強さを選んでください。
refused-message-stays = 画像はこちらから消えましたが、メッセージは消せません。モデレーターに頼んでください。
refused-unsent = メッセージを送れませんでした。このサーバーのメンバーからのダイレクトメッセージを許可してから、もう一度お試しください。
refused-permission = このチャンネルでは権限 { $permission } がありません。サーバーの管理者に頼んでください。
refused-thread = ここではスレッドを開けませんでした。チャンネルで続けます。
refused-thread-permission = このチャンネルでは権限 { $permission } がないため、ここで続けます。サーバーの管理者に頼んでください。
refused-server-only = 設定はサーバーごとのものです。サーバーの中で /settings を使ってください。
refused-shown-alone = ここでは、作ったものをあなたにしか表示できません。サーバーの管理者に尋ねてください。
refused-paused = ここでは一時停止中です。モデレーターが設定から再開できます。
refused-banned = ここのモデレーターにより、{ span }使えません。
refused-no-moderator = それができるのはモデレーターだけです。
refused-no-log = 通報用のチャンネルが設定されていません。モデレーターに直接伝えてください。
refused-log-unwritable = 通報用のチャンネルに書き込めません。モデレーターに直接伝えてください。
refused-reported = すでに通報済みです。
refused-days = ブロックは 1 日から 365 日までです。
refused-manage-server = 設定を変えられるのはサーバー管理の権限がある人だけです。その人に頼んでください。
refused-no-job = それはジョブの ID ではありません。ID は「{ button-details }」にあります。
refused-blocked-prompt = ここでは使えない言葉が含まれています。別の言い方にしてください。
withheld-unsafe = この結果はこのチャンネルでは表示できません。別のプロンプト、低い強さ、または別の画像を試してください。
withheld-but-private = できた画像はここでは全員には表示できません。非公開でもう一度依頼してください。
withheld-unchecked = 画像を確認できなかったため、誰にも表示されません。1 分後にもう一度試し、続くようならボットの管理者に知らせてください。
refused-unsafe-there = その画像はこの場所では表示できません。依頼した場所でご覧ください。
blocked-by-automod = このサーバーの AutoMod が画像つきのメッセージを止めました。別の言葉か別のチャンネルでお試しください。

span = { $unit ->
    [days] { $count } 日
    [hours] { $count } 時間
    [minutes] { $count } 分
   *[seconds] { $count } 秒
 }
refused-storage = 今は何も保存できません。数分後にもう一度お試しください。
refused-restarting = 再起動しています。1 分後にもう一度お試しください。
refused-draining = まもなく保守作業があるため、今は新しい依頼を受け付けていません。待っているものは作成されます。後でもう一度お試しください。
refused-queue-full = 順番待ちがいっぱいです。{ span }後にまた来てください。
refused-pending = すでに { $most } 件中 { $pending } 件のジョブが順番待ちです。どれかが終わるのを待つか、キャンセルしてください。
refused-waiting = まだ確認していないあなたの依頼がすでに { $most } 件待っています。先にその返事をお待ちください。
refused-more-than-a-request = ここで一度に依頼できるのは { $most } 枚までですが、{ $asked } 枚が依頼されました。枚数を減らしてください。
refused-more-than-a-day = 24 時間に { $most } 枚までですが、{ $asked } 枚が依頼されました。枚数を減らしてください。
refused-day = 24 時間に { $most } 枚という上限を超えます。{ span }後にまた来てください。
refused-too-many-refused = この 10 分間に送られた画像や文のうち { $most } 件が断られました。{ span }後にまた来てください。
refused-channel = このチャンネルでは使えません。使える場所を尋ねるか、管理者に許可を頼んでください。
refused-role = ここではそのためのロールが必要です。どのロールか管理者に尋ねてください。
refused-source-hidden = 元の画像はほかのメンバーのもので、公開されていません。
refused-source-strength = 元の画像はほかのメンバーのもので、公開されていません。強さを { $least } 以上にしてください。
refused-others-picture = ここで変えてよいのは自分の画像だけです。自分の画像を添付してください。
refused-not-yours-nor-moderator = それができるのは依頼した本人かモデレーターだけです。
refused-job-unknown = そのジョブは見つかりません。古すぎるのかもしれません。ID は「{ button-details }」にあります。
refused-ended = そのジョブはもう終わっていて、キャンセルするものがありません。
refused-picture-gone = その画像はもう残っていません。もう一度送ってください。
refused-published = すでにそこで公開されています。
refused-strength = 強さは 0（画像そのまま）から 1（画像を無視）までです。指定された値は { $given } です。
refused-strength-word = 強さは 0 から 1 までの数か、{ word-subtle }、{ word-balanced }、{ word-strong }、{ word-reimagine } のどれかです。書かれたのは「{ $given }」です。
refused-sweep = 並べられる強さは 1 個から { $most } 個までです。指定されたのは { $given } 個です。
refused-seed = シードは 0 から { $most } までの整数です。指定された値は { $given } です。
refused-count = 枚数は { $least } から { $most } までの整数です。指定された値は { $given } です。
refused-steps = ステップは { $least } から { $most } までの整数です。指定された値は { $given } です。
refused-guidance-scale = ガイダンスは 0 から { $most } までです。指定された値は { $given } です。
refused-prompt-long = プロンプトが { $length } 文字あります。上限は { $most } 文字です。短くしてください。
refused-negative-prompt-long = ネガティブプロンプトが { $length } 文字あります。上限は { $most } 文字です。短くしてください。
refused-style = スタイル「{ $style }」は見つかりません。{ $near } のことですか？ 一覧は /styles で見られます。
refused-model = モデル「{ $model }」はありません。使えるのは { $models } です。
refused-model-here = モデル「{ $model }」はここでは使えません。使えるのは { $models } です。
refused-sweep-of-editor = モデル「{ $model }」は指示に従って描きかえるため、強さは関係ありません。画像を 1 枚だけ依頼してください。
refused-alike-strengths = モデル「{ $model }」は強さをステップ単位で数えるため、{ $steps } ステップではこれらの強さの一部が同じ画像になります。別の強さにするか、ステップを増やしてください。
refused-lora = アダプターは「名前」か「名前:重み」で、重みは -{ $most } から { $most } までで書いてください。書かれたのは「{ $given }」です。
refused-lora-none = モデル「{ $model }」にはアダプターがありません。アダプターなしで依頼するか、別のモデルを選んでください。
refused-lora-unknown = モデル「{ $model }」にアダプター「{ $name }」はありません。使えるのは { $names } です。
refused-loras = 一枚の画像に使えるアダプターは { $most } 個までです。指定されたのは { $given } 個です。
refused-control-scale = 構造の強さは 0 から { $most } までです。指定されたのは { $given } です。
refused-control-start = 構造を残す範囲の開始は、ステップ全体に対する { $least } から { $most } までの割合です。指定されたのは { $given } です。
refused-control-end = 構造を残す範囲の終了は、ステップ全体に対する { $least } から { $most } までの割合です。指定されたのは { $given } です。
refused-control-span = 構造を残す範囲の開始と終了は、ステップ全体に対する 0 から 1 までの割合で、開始が終了より前です。指定されたのは { $start } と { $end } です。
refused-control-unnamed = どの構造のことか指定してください：{ $kinds }
refused-control-unknown = 構造「{ $given }」は見つかりません。使えるのは { $kinds } です。
refused-control-elsewhere = モデル「{ $model }」は { $kind } を残せません。それにはモデル { $models } を選んでください。
refused-control-other = モデル「{ $model }」は { $kind } を残せません。{ $kinds } から選んでください。
refused-control-none = モデル「{ $model }」は構造を残せません。構造なしで依頼するか、ControlNet 付きの Stable Diffusion、FLUX.1、Qwen-Image 系のモデルを用意するようボットの管理者に依頼してください。
refused-map = 構造マップを使えません。{ $why }
refused-map-gone = その構造マップはもう残っていません。もう一度送ってください。
refused-map-unnamed = どの構造マップを描くか指定してください：{ $kinds }
refused-blocklist-long = 禁止語のリストは { $most } 件までです。指定されたのは { $given } 件です。
refused-blocklist-entry-long = 禁止語は 1 件 { $most } 文字までです。短くしてください。
refused-blocklist-entry = 禁止語には文字か数字が必要です。* と ? だけでは、すべてが禁止されてしまいます。
refused-flag-empty = --{ $flag } の後に値が必要です。
refused-flag-map = ここでは --map は使えません。マップだけを描くには /map を使ってください。
refused-flag-twice = --{ $flag } が違う値で何度も指定されています。ひとつだけにしてください。
refused-flag-unknown = --{ $flag } という指定はありません。--{ $near } のことですか。
refused-fetch = 画像のサーバーから返事がなく、取得できませんでした。もう一度送ってください。
refused-fetch-status = 画像を取得できませんでした（サーバーの返事は { $status }）。もう一度送ってください。
refused-elsewhere = ここにアップロードされた画像だけを受け付けます。ファイルそのものを添付してください。
refused-file-larger = そのファイルは { $most } MB を超えています。もっと小さいものを送ってください。
refused-file-size = そのファイルは { $size } MB あり、上限は { $most } MB です。小さくするか、JPEG で送ってください。
refused-empty = そのファイルは空です。画像をもう一度送ってください。
refused-cannot-open = 今は画像を開けません。1 分後にもう一度お試しください。
refused-broke-off = その画像を開くのに時間がかかりすぎるか、途中で止まりました。普通の PNG か JPEG で、または小さく保存し直してください。
refused-unusable = その画像は使えません。普通の PNG か JPEG で保存し直してください。
refused-memory = その画像を開くには、ここで使える以上のメモリが必要です。画素数を減らして送ってください。
refused-pixels = その画像は { $megapixels } メガピクセル（{ $size }）あり、上限は { $most } メガピクセルです。縮小して送ってください。
refused-small = その画像は { $size } ピクセルです。各辺に { $least } ピクセル以上必要です。もっと大きいものを送ってください。
refused-narrow = その画像は { $size } ピクセルで、長い辺が短い辺の { $most } 倍を超えています。一部を切り抜いて送ってください。
refused-cut-off = その { $format } は不完全です。ファイル全体をもう一度送ってください。
refused-damaged = その { $format } は壊れていて読めません。保存し直して送ってください。
refused-jpeg-bits = その JPEG は色ごとに { $bits } ビットです。8 ビットの通常の JPEG として保存し、それを送ってください。
refused-jpeg-kind = その JPEG は読み取れない珍しい種類（可逆または階層型）です。通常の JPEG か PNG として保存してください。
refused-jpeg-scans = その JPEG は { $most } 回を超えるスキャン、または大きさに対して多すぎるスキャンで描かれています。通常の JPEG として保存し直してください。
refused-heic = それは HEIC 写真で、ここでは開けません。スクリーンショットを送るか、iPhone の「設定」、「カメラ」、「フォーマット」で「互換性優先」を選んで JPEG で保存してください。
refused-web-page = そのリンクの先は画像ではなくウェブページで、ログインが必要かもしれません。画像を保存して、そのファイルを送ってください。
refused-no-format = そのファイルに画像が見つかりません。PNG、JPEG、WebP のどれかを送ってください。
refused-format = それは{ format-name }です。受け付けるのは PNG、JPEG、WebP、GIF、BMP、AVIF、HEIC です。{ format-mend }ください。
format-name = { $kind ->
    [raw] カメラの RAW ファイル
    [TIFF] {" "}TIFF かカメラの RAW ファイル
    [Photoshop] {" "}Photoshop のファイル（PSD）
    [GIMP] {" "}GIMP のファイル（XCF）
    [PostScript] {" "}PostScript のファイル（EPS）
    [SVG] {" "}SVG の図
    [ZIP] {" "}ZIP の圧縮ファイルか文書
    [packed] 圧縮ファイル
    [video] 動画
    [sound] 音声ファイル
    [sound-or-video] 音声か動画のファイル
   *[other] {" "}{ $kind }{" "}
 }
format-mend = { $kind ->
    [SVG] PNG に書き出して送って
    [PDF] そのページを PNG の画像にして送って
    [video] その一コマを PNG で送って
    [ZIP] 画像を圧縮せずにそのまま送って
    [packed] 画像を圧縮せずにそのまま送って
   *[other] そのどれかで保存して、もう一度送って
 }

refused-slack-no-picture = ここに画像が見つかりません。メッセージに添付するか、画像のスレッドで私にメンションするか、/img2img を使ってください。
refused-slack-no-picture-there = そのメッセージには画像がありません。画像のあるものを選ぶか、/img2img を使ってください。
refused-slack-thread = このスレッドを読めません。/invite で招待するか、メッセージに画像を添付してください。
refused-slack-thread-scope = このスレッドを読む権限がありません（{ $scope } が必要です）。メッセージに画像を添付してください。
refused-slack-thread-busy = Slack が混み合っていて、スレッドを見られませんでした。メッセージに画像を添付するか、少し後でもう一度お試しください。
refused-slack-file = そのファイルが見えません。/invite でチャンネルに招待するか、/img2img で画像を追加してください。
refused-slack-file-busy = Slack が混み合っていて、画像を受け取れませんでした。1 分後にもう一度お試しください。
refused-slack-login = Slack がそのファイルを読ませてくれませんでした。/invite でチャンネルに招待してください。それでもだめなら、files:read の権限つきでの再インストールをワークスペースの管理者に頼んでください。
refused-slack-shared = そのファイルは別の組織が共有したもので、読めません。自分でここにアップロードしてください。
refused-slack-outside = そのファイルは Slack の外にあり、受け付けるのはアップロードされたものだけです。ここにアップロードしてください。
refused-slack-deleted = そのファイルは削除されました。もう一度アップロードしてください。
refused-slack-hidden = そのファイルは古く、Slack の無料プランでは見られなくなっています。もう一度アップロードしてください。
refused-not-a-picture = そのファイルは画像ではありません。PNG、JPEG、WebP のどれかを送ってください。
refused-slack-several-pictures = 画像が { $count } 枚あります。使いたい一枚だけを送ってください。
refused-slack-no-controls = ここには構造を残せるモデルがありません。ボットの管理者に ControlNet の設定を頼んでください。
refused-map-kind-missing = マップが何を示すか選んでください。
refused-slack-button = そのボタンは古くなっています。代わりに /img2img を使ってください。
refused-slack-unpublishable = 公開できる画像はもうありません。
refused-slack-no-channel = チャンネルで依頼されたものではないので、公開する場所がありません。
refused-slack-unpublished = 公開できませんでした（{ $reason }）。/invite でそのチャンネルに招待してください。
refused-slack-unsent = メッセージを送れませんでした（{ $reason }）。先に私との会話を開いてください。
refused-slack-admins = このワークスペースの設定を変えられるのは管理者だけです。管理者に頼んでください。
refused-no-upload = 画像がありません。フォームを開き直して追加してください。
refused-add-picture = 元にする画像を追加してください。PNG、JPEG、WebP が使えます。
refused-slack-whole = { $least } から { $most } までの整数を入れてください。書かれたのは「{ $given }」です。
refused-slack-number = 0 から { $most } までの数を入れてください。書かれたのは「{ $given }」です。
refused-slack-too-late = Slack の制限時間に間に合わず、開けませんでした。もう一度お試しください。
refused-slack-busy = Slack が混み合っています。1 分後にもう一度お試しください。
refused-slack-elsewhere = この会話ではできません。/invite で招待するか、/img2img を使ってください。
refused-slack-scope = 権限 { $scope } がありません。再インストールをワークスペースの管理者に頼んでください。
refused-slack-files = ここではファイルを共有できません。許可をワークスペースの管理者に頼んでください。
refused-slack-refused = Slack に拒否されました（{ $reason }）。もう一度お試しください。続くようなら、ボットの管理者に伝えてください。
note-slack-not-uploaded = 画像はできましたが、ここにはアップロードできません（{ $reason }）。許可をワークスペースの管理者に頼んでください。
note-slack-below = Slack がここに画像を表示しませんでした。下のスレッドにあります。
note-slack-moved = { $where ->
    [people] 人同士のダイレクトメッセージには書き込めないので、あなたにだけ届けます。
   *[channel] チャンネルに表示できなかったので、あなたにだけ届けます。私がまだいなければ、/invite で招待してください。
 }
slack-answered-alone = { $where ->
    [people] 人同士のダイレクトメッセージには書き込めないので、画像は私との会話に届きます。
   *[channel] このチャンネルには画像を表示できないので、私との会話に届きます。私がまだいなければ、/invite で招待してください。
 }
slack-published = チャンネルに公開しました。
slack-saved = { $scope ->
    [channel] このチャンネルの設定を保存しました。
   *[workspace] このワークスペースの設定を保存しました。
 }
slack-close = 閉じる
page-privacy = プライバシー
slack-privacy-kept = 送った画像と作った画像、プロンプト、押したボタンを、やり直しや続きのために残しています。このボットの管理者が決めた期間が過ぎると自動で消えます。学習には使われません。
slack-export = すべて送る
slack-packing = まとめています。ダイレクトメッセージでお届けします。
slack-forget-title = すべて削除しますか
slack-keep = 残す
slack-remix = 画像を変える
slack-team-settings = チームの設定
home-results = 最近の結果
home-no-results = まだありません。画像を変えるか、ひとこと添えて画像を送ってください。
home-quota = { $most ->
    [0] この 24 時間に依頼した画像は { $pictures } 枚です
   *[other] この 24 時間に依頼した画像は { $most } 枚中 { $pictures } 枚です
 }
slack-hello = 画像にひとこと添えて送ってください。例：「油絵にして --strength 0.7」。画像のスレッドで私にメンションしてもかまいません。/img2img でフォームが開き、/help に詳しい説明があります。
slack-styles-show = 画像で見る
styles-coming = 画像はダイレクトメッセージで届きます。
styles-sent = すべてのスタイルと見本の画像は、このメッセージのスレッドにあります。
slack-sent-directly = ダイレクトメッセージで送りました。
confirm-delete-title = この結果を削除しますか？
confirm-delete-what = 画像もメッセージも完全に消えます。
slack-here = この会話
slack-settings-whose = 現在の設定です。変更できるのはワークスペースの管理者です。

failed-too-often = このジョブは何度もワーカーをクラッシュさせたため、止めました。別の画像かプロンプトをお試しください。
failed-interrupted = このジョブは何度も中断されたため、打ち切りました。別の画像かプロンプトをお試しください。
failed-source-unreadable = 元の画像を読めませんでした。もう一度送ってください。
failed-model-too-large = モデル「{ $model }」がメモリに入りません。別のモデルを使ってください。
failed-picture-too-large = { $size } でも、さらに小さくしてもメモリが足りませんでした。もっと小さい画像を送ってください。
failed-not-saved = 結果を保存できませんでした（{ $reason }）。ボットの管理者に伝えてください。
failed-model-unable = モデル「{ $model }」では処理できませんでした。別の設定をお試しください。詳しくはログにあります。
failed-model-not-offered = モデル「{ $model }」はここにはありません。{ $models } から選んでください。
failed-model-unavailable = このモデルは使えません。別のモデルを使うか、次の文をボットの管理者に伝えてください：{ $reason }
failed-too-many-steps = モデル「{ $model }」では { $steps } ステップは使えません。もっと少なくしてください。
failed-overflow = モデル「{ $model }」が無効な値を出しました。ガイダンスを下げるか、別の言葉をお試しください。
failed-no-lines = この画像には { $kind } の線が見つかりません。輪郭のはっきりした画像か、自分のマップを送ってください。
failed-no-depth = この画像には奥行きが見つかりません。別の画像か、自分のマップを送ってください。
failed-no-person = この画像には人が見つかりません。別の構造を選ぶか、ポーズのマップを送ってください。
failed-map-unreadable = 構造マップを読めませんでした。もう一度送ってください。
failed-map-blank = { $kind } のマップに何も描かれていません。残したいものを示すマップを送ってください。
failed-map-unnamed = 構造の指定なしにマップはありません。どの構造を示すか指定してください。
failed-no-map-model = ここには { $kind } のモデルがありません。自分のマップを送るか、別の構造を選んでください。
failed-map-model-broken = { $kind } のモデル「{ $model }」を読み込めません（{ $reason }）。ボットの管理者が control.{ $kind }_model を直す必要があります。
failed-no-control = モデル「{ $model }」は { $kind } を残せません。構造を残せるのは Stable Diffusion、FLUX.1、Qwen-Image 系のモデルです。構造なしで依頼するか、そのどれかを選んでください。
failed-control-not-offered = モデル「{ $model }」は { $kind } を残せません。{ $kinds ->
    [none] 残せる構造はありません。
   *[other] 残せるのは { $kinds } です。
 }
failed-no-network = このモデルは { $kind } を残せません。そのための ControlNet がありません。
failed-network-none = ControlNet「{ $network }」は ControlNet ではありません。ボットの管理者が設定を直す必要があります。
failed-network-broken = ControlNet「{ $network }」を読み込めません（{ $reason }）。ボットの管理者が設定を直す必要があります。
failed-network-foreign = ControlNet「{ $network }」は別のモデル用です。ボットの管理者が設定を直す必要があります。
failed-no-loras = モデル「{ $model }」ではアダプターを使えません。アダプターなしで依頼するか、別のモデルを使ってください。
failed-lora-unknown = モデル「{ $model }」にアダプター「{ $name }」はありません。{ $names ->
    [none] 使えるアダプターはありません。
   *[other] 使えるのは { $names } です。
 }
failed-lora-foreign = アダプター「{ $name }」は「{ $model }」とは別の種類のモデル用です。外してください。
failed-lora-kind = アダプター「{ $name }」は { $kind } 形式で、「{ $model }」では読み込めません。外すか、LoRA を使ってください。
failed-lora-words-only = アダプター「{ $name }」は、テキストエンコーダー用の部分だけが「{ $model }」に合い、絵を描く部分が合いません。別の種類のモデル用なので、外してください。
failed-lora-no-words = アダプター「{ $name }」のテキストエンコーダー用の部分が「{ $model }」に合いません。外してください。
failed-lora-not-here = アダプター「{ $name }」は使えません。このデバイスになく、ハブからも取得できませんでした。外して、ボットの管理者に伝えてください。
failed-lora-lost = アダプター「{ $name }」は使えません。そのファイルやフォルダー、または .safetensors ファイルが一つだけあるハブのリポジトリが見つかりません。外して、ボットの管理者に伝えてください。
failed-lora-broken = アダプター「{ $name }」は使えません。ファイルが壊れているか、safetensors ファイルではありません。外して、ボットの管理者に伝えてください。
failed-lora-empty = アダプター「{ $name }」は使えません。ファイル { $file } は空です。外して、ボットの管理者に取得し直すよう伝えてください。
failed-lora-pointer = アダプター「{ $name }」は使えません。ファイル { $file } はGit LFS のポインターで、ファイル本体ではありません。外して、ボットの管理者に取得し直すよう伝えてください。
failed-lora-page = アダプター「{ $name }」は使えません。ファイル { $file } はウェブページで、ファイル本体ではありません。外して、ボットの管理者に取得し直すよう伝えてください。
failed-lora-unfinished = アダプター「{ $name }」は使えません。ファイル { $file } はまだダウンロード中です。終わるまで外してください。
failed-lora-forbidden = アダプター「{ $name }」は使えません。ボットにはファイル { $file } を読む権限がありません。外して、ボットの管理者に許可するよう伝えてください。

form-remix = 画像を変える
form-chain = この結果から続ける
form-edit = 編集してもう一度
form-usemap = このマップを使う
form-strength-usual = スタイルのもの、なければ { $strength }
form-strength-place = { $strength }（ここでの既定）
form-strength-refine = { $strength }（仕上げ用）
form-strength-kept = 前回のまま
strength-about-subtle = ほとんどそのまま
strength-about-balanced = 構図を残して描き変える
strength-about-strong = 輪郭を残す
strength-about-reimagine = ほぼ描き直す
field-prompt = どんな画像にしますか
field-prompt-description = 見たい画像を自分の言葉で
field-strength = 強さ
field-strength-description = 変わり具合。ほかの数は言葉の後に --strength 0.62 と書けます。
field-exact-strength = ほかの強さ
field-exact-strength-description = 0 から 1 の数。上の選択より優先されます
field-style = スタイル
field-style-description = お好みで。/styles で画像つきの一覧を見られます
field-control = 残す構造
field-control-description = 線や奥行き、ポーズは強さに関係なく残ります。マップは画像から描かれます
field-picture = どの画像ですか
field-picture-description = そのメッセージには何枚かあります
field-upload = 別の画像
field-upload-description = 別の画像から始めたいときだけ
form-sweep = 強さを比べる
form-refine = 画像を仕上げる
form-map = マップを描く
form-submit = 作成
form-submit-map = 描く
form-again = フォームをもう一度開く
form-advanced = 詳細設定
form-about-message = そのメッセージの画像を使います。
form-about-chain = その結果からもう一段進めます。
form-about-edit = その結果と同じ元画像を使います。
form-about-usemap = このマップを描いた画像を使い、マップはそのまま残します。
form-prompt-later = どんな画像にするか。あとでマップから決めることもできます。
form-range = { $least } から { $most }
form-settings = 設定
form-save = 保存
choice-no-style = スタイルなし
choice-no-model = いつものモデル
choice-no-usual-style = 既定なし
choice-no-usual-model = 製品の既定
choice-no-language = チャットの設定のまま
choice-no-results = 各メンバーの希望どおり
choice-no-whose = 決まりなし
choice-no-threads = いつもどおり
results-private = まず依頼した人だけに
results-threads = チャンネルに。やり直しはスレッドに
results-public = チャンネルに
scope-workspace = ワークスペース全体
scope-channel = このチャンネルだけ
field-strengths = 強さ（いくつか）
field-negative-prompt = 入れないもの
field-seed = シード
field-count = 枚数
field-steps = ステップ数
field-guidance-scale = ガイダンス
field-model = モデル
field-loras = アダプター
field-control-scale = 構造を守る強さ
field-control-start = 構造を残し始める所
field-control-end = 構造を残し終える所
field-private = まず自分だけに
field-map = 自分のマップ
field-source = 画像
field-source-description = PNG・JPEG・WebP・AVIF・HEIC、10 MB まで
field-scope = 対象
field-usual-strength = いつもの強さ
field-usual-strength-description = 0 から 1 の数か「強め」などの言葉。空欄なら製品の既定
field-usual-style = いつものスタイル
field-usual-model = いつものモデル
field-language = 公開メッセージの言語
field-log = 通報先チャンネル
field-log-description = メンバーの通報がここに届きます。
field-paused = 一時停止
field-paused-description = しばらく誰も使えません
field-refusals = 断ったプロンプト
field-refusals-description = 断るたびに、通報のチャンネルへ内容抜きで 1 行書きます
field-ban = メンバーをブロック
field-ban-description = このワークスペースで 7 日間使えなくなります。
field-banned = ブロック中のメンバー
field-banned-description = 外すと再び使えるようになります。
field-results = 結果の見せ方
field-whose = 誰の画像を変えてよいか
field-threads = 結果の作り直しを表示する場所
field-blocked = プロンプトに使えない言葉
field-blocked-description = 1 行に 1 つか、コンマ区切り。* は任意の文字。一覧はメンバーには見えません。
field-channels = 使ってよいチャンネル
field-channels-description = 空欄ならどこでも使えます。
field-models = 使ってよいモデル
field-models-description = 空欄ならどのモデルも使えます。
choice-no-control = { control-none }

queue-empty = あなたの順番待ちはありません。
queue-mine = あなたのジョブ
queue-total = { $jobs ->
    [0] 順番待ちはありません。
   *[other] { $jobs } 件が順番待ち
 }
queue-devices = { $working ->
    [0] 今は画像を作れるデバイスがありません。待っているものは保存され、デバイスが戻りしだい作られます。
   *[other] { $devices } 台のうち { $working } 台が画像を作っています。
 }
queue-running = 実行中
queue-place = { $position } 番目
queue-paused = ボットの管理者が一時停止中、{ $position } 番目
queue-ready = { $position } 番目、{ $when }に完成
moment-ahead = 約 { span }後
moment-ago = { span }前
queue-uncollected = できましたが、お見せできませんでした。「受け取る」を押してください
info-status = **{ $status }** · { $when } に { $name } が依頼
info-negative = 除く：{ $prompt }
info-made = { $what }: { $size }、{ $steps } ステップ、{ $seconds } 秒
info-hidden = ほかのメンバーの画像
info-lineage = 履歴
info-original = 元のアップロード
info-undelivered = お見せできませんでした：{ $reason }
info-none = そのメッセージは私の結果ではありません。結果のあるものを選んでください。
report-title = 通報
refusal-title = プロンプトを断りました
refusal-by = 依頼者：{ $name }
report-by = { $name } による通報
report-asked = { $name } が { $when } に依頼
report-sent = 通報しました。モデレーターが確認します。
thread-opened = この画像から作るものは、これからスレッドに届きます。
thread-there = 画像はスレッドに届きます。
ban-done = { $name } は { $until } までここでは使えません。
status-received = 受付済み
status-queued = 順番待ち
status-running = 実行中
status-succeeded = 完了
status-failed = 失敗
status-cancelled = キャンセル
status-refused = 拒否
styles-title = **スタイル**：選んで画像を加えるか、どこでも --style と名前を書いてください。
styles-how = 選んで画像を加えるか、どこでも --style と名前を書いてください。
theme-painting = 絵画
theme-drawing = 線画・印刷
theme-material = 素材
theme-scene = 光と場所
theme-other = その他
page-styles = スタイル
page-help = 使い方
page-recent = 最近のジョブ
page-empty = まだ何もありません。
help-map = /map：残る構造（輪郭、奥行き、ポーズ）を見て、**マップを使う**
help = **画像を描き変えます。** 画像を添付して、どうしたいか書いてください。強さは変わり具合です。
    • /img2img：画像、プロンプト、強さ（ひかえめ 0.3、ほどよく 0.5、強め 0.7、描き直し 0.9）
    • /sweep：いくつかの強さで並べて見る
    • /refine：もう少しの画像を仕上げる{ $map }
    • ここの画像なら：メニュー、アプリ、**画像を変える**
    • 画像をつけて、または画像に返信して、私にメンション：油絵 --strength 0.7 --seed 5 --no 人
    • 結果の下：ほかの強さ、**続ける**、**引き直す**、**編集**、**{ button-sweep }**
    • 結果へのリアクション：🔁 引き直す、✉️ 自分に送る、⭐ コピーを残す、❌ 自分のものを削除・キャンセル
    • /queue、/info、/styles、/settings、/privacy
slack-help = **画像を描き変えます。** 画像を添付して、どうしたいか書いてください。強さは変わり具合です。0 はそのまま、1 は元を無視します（ひかえめ 0.3、ほどよく 0.5、強め 0.7、描き直し 0.9）。
    • /img2img an oil painting --strength 0.7 でフォームが開きます。画像を加えるだけです
    • 画像のあるメッセージで「その他のアクション」から **Remix image**
    • 画像と一緒に、または画像のスレッドで私にメンション：make it a watercolor --strength 強め
    • ダイレクトメッセージで画像と言葉を送る
    • 文中のオプション：--strength 0.7 --style watercolor --no people --seed 42 --steps 20 --guidance 5 --private{ $map }
    • 結果の下：ほかの強さ、**{ button-chain }**（ここから続ける）、**{ button-reroll }**、**{ button-edit }**、**{ button-sweep }**
    • 結果へのリアクション: 🔁 引き直す、✉️ か ⭐ でコピーを送る、❌ 自分のものを削除・キャンセル
    • /sweep、/refine、/queue、/info、/styles、/settings、/privacy、/help

greeting-title = 🎨 こんにちは。画像を描き変えます。
greeting-discord =
    • /img2img：画像を添付して、どうしたいか書く
    • ここの画像なら：メニュー、アプリ、**画像を変える**
    • または、画像をつけて、画像に返信して、私にメンション
greeting-slack =
    • /img2img でフォームが開きます。画像を加えて、どうしたいか書く
    • 画像のあるメッセージで「その他のアクション」から **Remix image**
    • または、画像と一緒に、画像のスレッドで、私にメンション
greeting-alt = コーヒーカップの写真と、それを油絵、浮世絵、ステンドグラスにしたもの
home-alt = 結果：{ $prompt }
offer-try = サンプルで試す
offer-setup = 設定する
offer-help = 何ができる？
offer-styles = スタイル
offer-queue = 自分のジョブ
form-setup = Pentimento の設定

settings-title = { $place } の設定
settings-server = このサーバー
settings-nothing = 何も設定されていません。既定値が使われます
settings-moment = 少しお待ちください…
settings-saved = 保存しました。
settings-reset = 既定値に戻しました。
setting-strength = 強さ { $value }
setting-style = スタイル { $value }
setting-model = モデル { $value }
setting-models = 使えるモデル { $value }
setting-private = 結果：{ $value }
setting-roles = ロール { $value } のみ
setting-channels = チャンネル { $value } のみ
setting-remix = 変えてよい画像：{ $value }
setting-threads = 作り直し：{ $value }
setting-blocked = 禁止語：{ $value }
setting-language = 言語：{ $value }
setting-log = 通報先：{ $value }
setting-paused = 一時停止：{ $value }
setting-refusals = 断ったプロンプトの記録：{ $value }
setting-banned = ブロック中のメンバー：{ $value }
choice-yes = はい
choice-no = いいえ
setting-yes = まず本人だけに
setting-no = チャンネルに
policy-anyone = 誰の画像でも
policy-own = 自分の画像だけ
threads-offer = チャンネルに表示し、スレッドを提案
threads-always = いつもスレッド
threads-never = いつもチャンネル
privacy-export = 今日の時点であなたについて保存しているすべてです。
privacy-ask = あなたのジョブ、プロンプト、画像をこちらから完全に消し、待っているものをキャンセルします。それらを表示している私のメッセージとそのコピーも消えます。
privacy-deleted = { $jobs ->
    [0] 消すものはありませんでした。
   *[other] { $jobs } 件のジョブを画像と言葉ごと削除しました。
 }{ $held ->
    [0] {""}
   *[other] {""}ほかの人のジョブ { $held } 件が、その画像と言葉をまだ使っています。それらはそのジョブと一緒に消えます。
 }
reaction-kept = ⭐ のコピーをお送りします
reaction-sent = コピーをお送りします

name-sweep = 強さ比較
name-refine = 仕上げ
name-queue = 順番
name-styles = スタイル一覧
name-settings = 設定
name-privacy = プライバシー
name-help = ヘルプ
name-image = 画像
name-prompt = プロンプト
name-strength = 強さ
name-strengths = 強さの一覧
name-style = スタイル
name-seed = シード
name-steps = ステップ
name-model = モデル
name-private = 非公開
name-channel = チャンネル
name-role = ロール
describe-img2img = 画像から新しい画像を作る
describe-sweep = 一枚の画像をいくつかの強さで並べる
describe-refine = もう少しの画像を仕上げる
describe-map-command = 描く前に構造マップだけを見せる
describe-queue = 待っているジョブと順番待ちの長さ
describe-info = ジョブの中身と由来
describe-styles = スタイルの一覧
describe-settings = このサーバーまたはチャンネルの既定値
describe-privacy = あなたについて残しているもの：持ち出す、または消す
describe-help = 使い方
describe-show = 今の設定
describe-set = 既定値を変える
describe-allow = 誰がどこで使えるか。空にするとまた全員
describe-reset = 製品の既定値に戻す
describe-block = ここのプロンプトで使えない言葉。空にするとすべて許可
describe-words = 言葉とパターン（* は任意の文字）、コンマ区切り
describe-export = あなたについて残しているすべてのファイル
describe-delete = あなたについて残しているすべてを消す
describe-image = 元にする画像
describe-prompt = どう変えるか
describe-strength = 0 はそのまま、1 は無視。何も書かなければスタイルの値か 0.5
describe-strengths = いくつかの強さ。例：0.3 0.5 0.7 0.9
describe-style = スタイル
describe-negative-prompt = 入れたくないもの
describe-seed = 同じシードなら同じ画像
describe-count = 続き番号のシードで作る、選ぶための枚数
describe-steps = 多いほど時間がかかり、細かくなることがあります
describe-guidance-scale = プロンプトにどれだけ従うか
describe-model = どのモデル
describe-loras = アダプター。名前、または名前:重み
describe-only-model = このモデルも許可。空ならすべて許可
describe-control = どの強さでも残す画像の構造
describe-map = 自分のマップ（下絵など）。なければ画像から描きます
describe-control-scale = 構造をどれだけ厳しく残すか。指定がなければ 1
describe-control-start = ステップのこの割合から構造を残す。0 が最初
describe-control-end = ステップのこの割合まで構造を残す。1 が最後
describe-private = 結果はあなただけに見え、後で公開できます
describe-job = 「{ button-details }」にある ID
describe-remix = 誰の画像を変えてよいか
describe-refusals = プロンプトを断ったことも、内容抜きでそこに書く
describe-threads = 結果の作り直しをどこに表示するか
describe-language = ここの公開メッセージの言語
describe-log = 通報が届くチャンネル
describe-log-channel = 空にすると送りません
describe-pause = このチャンネルでしばらく使えなくする
describe-resume = このチャンネルで再び使えるようにする
describe-ban = メンバーをしばらくブロックする
describe-unban = ブロックを解除する
describe-member = 誰を
describe-days = 日数。省略すると 7 日
describe-channel = サーバー全体ではなく一つのチャンネル
describe-role = このロールの人だけ。空なら全員
describe-only-channel = このチャンネルだけ。空ならどこでも
menu-remix = 画像を変える
menu-info = 画像の情報

## Web

web-tagline = 画像から画像を
web-skip = 本文へ
web-back = 試用ページへ
web-wish = やりたいこと
web-stage = 画像
web-history = 履歴
web-history-empty = まだ何もありません。
web-welcome = 画像をドロップして、どうしたいか書いてください
web-welcome-how = 貼り付けや撮影もできます。強さは変わり具合です。
web-start = 元にするもの
web-start-same = 同じ画像
web-start-result = この結果
web-picture = 画像
web-picture-help = PNG、JPEG、WebP、GIF、BMP、HEIC、AVIF、最大 { $most } MB。どこにでもドロップまたは貼り付けできます。
web-picture-other = 別の画像から始めるときだけ。
web-prompt = プロンプト
web-prompt-help = どうしたいですか？ Ctrl+Enter で生成します。
web-strength = 強さ
web-none = なし
web-more = 詳細オプション
web-generate = 生成
web-sending = 送信中…
web-map = 自分のマップ
web-map-help = 残したい線の絵など。なければ画像から作ります。
web-sketch = お絵かき用の紙
web-sketch-use = この絵を使う
web-sketch-clear = 消す
web-slider = 前と後
web-slider-said = 後が { $share }
web-before = 前の画像
web-spoiler = スポイラーを表示
web-preview = 現在のようす
web-progress = 進み具合
web-download = ダウンロード
web-swept = 画像はもう保存されていません。レシピは残っています。
web-lineage = 由来
web-size = サイズ
web-seconds = 秒数
web-id = ジョブ
web-delete-ask = この結果を削除しますか？
web-delete-what = 画像と言葉は完全に消えます。それを表示している私のメッセージも消えます。
web-delete-not = 残す
web-refused-host = このページは専用のアドレスでのみ応答します。起動時に表示されたアドレスを開いてください。
web-refused-origin = 別のサイトから送られたため、何もしませんでした。このページのボタンを使ってください。
web-refused-token = 起動時に表示されたアドレスを開くと入れます。
web-refused-page = そのページはありません。試用ページから続けてください。
web-refused-slow = 受信に時間がかかりすぎたため中止しました。もう一度送ってください。
web-refused-form = フォームを読み取れません。ページを再読み込みして、もう一度送ってください。
web-refused-fault = 問題が起き、ログに記録しました。もう一度試してください。
web-refused-away = サービスが応答しません。動作しているか確認して、もう一度送ってください。
web-refused-no-picture = 元にする画像を選んでください。
web-refused-two-pictures = 画像は一度に一枚だけ送ってください。
web-refused-size = ファイルが上限の { $most } MB を超えています。小さくするか JPEG で送ってください。
refused-web-links = まだ使えるリンクがあります。そのどれかを使うか、{ $minutes } 分後にもう一度試してください。
web-pages = ページ
web-playground = 試用ページ
web-gallery = ギャラリー
web-search = 検索
web-any = すべて
web-gallery-empty = まだ何もありません。試用ページで作ってみてください。
web-gallery-none = 見つかりません。別の言葉を試してください。
web-gallery-more = もっと見る
web-signin = サインイン
web-signin-ask = ボットからのこのリンクで、この端末に一度だけサインインできます。
web-account = アカウント
web-archive = 自分に関するすべてをダウンロード
web-leave = サインアウト
web-leave-everywhere = すべての端末でサインアウト
web-refused-signin = チャットで /web と入力すると、ボットがサインイン用のリンクを渡します。
web-refused-link = このリンクは使用済みか、10 分以上たっています。/web で新しいリンクを受け取ってください。
web-refused-tries = 試行回数が多すぎます。1 分待ってからもう一度試してください。
web-link = このリンクで自分の画像をウェブで見られます。本人専用で、一度だけ、10 分間有効です。
web-open = 開く
describe-web = ウェブで自分の画像を見るリンク
refused-web-off = ボットの管理者がウェブページを有効にしていないため、リンクはありません。
web-negative-prompt = ネガティブプロンプト
web-guidance-scale = ガイダンス
web-control = 構造
web-operator = 運用
web-mode-running = 稼働中：依頼を受け付け、作成しています。
web-mode-paused = 一時停止中：依頼は受け付けますが、作成は始めません。
web-mode-draining = 排出中：新しい依頼は受け付けず、待っているものを作成します。
web-op-drained = 残りはありません。
web-op-mode = 運用モード
web-op-pause = 一時停止
web-op-resume = 再開
web-op-drain = 排出
web-op-what-they-do = 一時停止では何も始めません。排出では新しい依頼を受け付けず、待っているものを作成します（更新の前など）。どちらも再起動後も続き、再開で終わります。
web-op-running = 実行中
web-op-queue = 順番待ち
web-op-nothing = ありません。
web-op-more = ほかに { $jobs } 件が待っています。
web-op-member = メンバー
web-op-place = 場所
web-op-what = 種類
web-op-age = 経過
web-op-act = 操作
web-op-cancel = { $member } のジョブをキャンセル
web-op-devices = デバイスとモデル
web-op-device = デバイス
web-op-loaded = メモリ内のモデル
web-op-offered = 提供中のモデル
web-op-memory = 使用メモリ / 全体
web-op-worker = ワーカーのプロセス
web-op-work = 作業中
web-op-of = { $most } 件中 { $count } 件
web-op-lost = 落ちた、または止まったワーカー
web-op-works = 稼働中
web-op-restart = ワーカーを再起動
web-op-restart-it = 再起動
web-op-restart-one = { $device } のワーカーを再起動
web-op-restart-help = ワーカーを 1 台ずつ再起動します。作業中の画像は先に完成させるので、失われる画像はありません。
web-op-restarting = ワーカーを再起動中：{ $most } 台中 { $count } 台完了。
web-op-restarted = 再起動しました：{ $devices }。
web-op-restart-lost = 再起動後に戻っていません：{ $devices }
web-op-pace = 1 ステップ・1 メガピクセルあたりの秒数（中央値と第 9 十分位）
web-op-up = 稼働時間
web-op-failures = 最近の失敗
web-op-reason = 理由
web-op-unshown = 表示できなかったもの
web-op-usage = 24 時間の利用
web-op-jobs = ジョブ
web-op-pictures = 画像
web-op-ended = 起動後に終了したもの
web-op-disk = ディスク
web-op-disk-pictures = 保存した画像
web-op-disk-database = データベース
web-op-disk-free = 空き
web-op-settings = 有効な設定
web-op-setting = 設定
web-op-value = 値
web-op-origin = 出所
web-op-default = 既定
web-op-state = 状態
web-op-job = メンバーのジョブ
web-op-hidden = 言葉と画像はメンバーのものなので隠してあります。「表示」で 10 分間表示し、そのことをログに記録します。
web-op-reveal = 表示
web-op-revealed = 表示しました。ログに記録されています。
web-op-result = 結果 { $number }
web-op-back = 一覧へ
web-op-token = 運用トークン
web-op-token-help = サービスの起動時に WEB_OPERATOR_TOKEN に設定した値です。
web-refused-operator = 先に運営者としてサインインしてください。
web-refused-operator-token = 運用トークンが違います。
web-keep = 保存する
web-keep-not = 保存をやめる
web-kept = 保存中
web-kept-note = 保存中です。削除するか保存をやめるまで残ります。
web-goes = 保存しなければ、画像は { span }後に消えます。
refused-keeps = 保存できるのは { $most } 件までです。先にどれかの保存をやめてください。
web-refused-busy = 同時に開いているものが多すぎます。少し待ってからもう一度お試しください。
refused-no-common-model = あなたが来た場所に共通して使えるモデルがありません。どれかのチャンネルで依頼してください。
web-sample = この画像で試す
web-sample-prompt = カップの油絵
web-strength-ignored = このモデルは指示に従うため、強さは関係ありません。
web-against = 比較対象
web-against-source = 元の画像
web-against-first = 最初の画像
web-against-parent = 前の結果
web-strength-help = 0 は画像をそのまま残し、1 は無視します。
