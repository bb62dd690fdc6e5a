headline-received = 受け付けました
headline-queued = 順番待ち
headline-queued-at = 順番待ち、{ $position } 番目
headline-interrupted = 作業が中断されたため、順番待ちに戻りました
headline-starting = 開始しています
headline-loading = モデルを読み込んでいます
headline-painting = 描いています、{ $percent } %
headline-drawing = マップを描いています
headline-done = できました
headline-map = マップ
headline-cancelled = キャンセルしました

word-subtle = ひかえめ
word-balanced = ほどよく
word-strong = 強め
word-reimagine = 描き直し

fact-strength = 強さ { $strength }（{ $word }）
fact-strengths = 強さ { $strengths }
fact-seed = シード { $seed }
fact-style = スタイル { $style }
fact-loras = アダプター { $loras }
fact-edits = 指示による編集。強さは使われません
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
alt-picture = { $prompt }（AI 生成画像、強さ { $strength }）
alt-map = 構造マップ（{ $kind }）
alt-preview = 途中の画像
alt-source = もとの画像

print-model = { $model } · { $of } ステップ中 { $steps } · ガイダンス { $guidance }
print-pass = { $depth } 回目
print-made = { $width }x{ $height } · { $seconds } 秒 · AI 生成
print-map = { $width }x{ $height }
print-id = id { $id }

card-expected = 完成予定は { $when }、十中八九 { $late } までに
note-too-large = 縮小してもここには大きすぎます。/info で受け取ってください。
note-sent-directly = 頼まれた場所ではお見せできなかったので、直接お送りします。
note-stays = この画像は頼んだ場所でだけ表示できます。そこでボタンを押すか、もう一度頼んでください。

button-subtle = ひかえめ { $strength }
button-balanced = ほどよく { $strength }
button-strong = 強め { $strength }
button-reimagine = 描き直し { $strength }
button-chain = 続ける
button-chain-at = 続ける { $strength }
button-reroll = 引き直す
button-edit = 編集
button-sweep = 並べる
button-details = 詳細
button-delete = 削除
button-cancel = キャンセル
button-showmap = マップを見る
button-usemap = マップを使う
button-askmap = マップを使う
button-publish = 公開
button-collect = 受け取る
button-forget = すべて削除

advice-ai-picture = ヒント：AI が作った画像の仕上げには強さ 0.35 が向いています。refine がそれです。
advice-low-contrast = ヒント：元の画像のコントラストが低く、手がかりが少なくなります。明るくするか、強さを上げてください。
advice-faint = ヒント：強さ { $strength } ではスタイルがほとんど出ません。{ $usual } を試してください。
advice-fierce = ヒント：強さ { $strength } では元の画像がほとんど残りません。{ $usual } を試してください。
advice-no-style = ヒント：「oil painting」のようなスタイルの言葉が役立ちます。/styles に一覧があります。

refused-our-fault = こちらで問題が起きました。一分後にもう一度お試しください。
refused-busy = 今は Discord が返事を受け付けません。一分後にもう一度お試しください。
refused-no-prompt = 画像をどう変えたいか書いてください。例：「油絵」
refused-no-picture = 画像が見つかりません。添付するか、画像のあるメッセージに返信してください。
refused-no-picture-there = そのメッセージには使える画像がありません。写真や絵、結果のあるものを選んでください。
refused-sticker = スタンプは作者のものなので使えません。画像をファイルで送ってください。
refused-withheld = Discord がそのメッセージの画像を見せてくれません。メニューから「アプリ」、「画像を変える」を選んでください。
refused-several-pictures = 画像が { $count } 枚あります。一枚だけ送るか、「アプリ」の「画像を変える」で選んでください。
refused-form-forgotten = その画像を見失いました。もう一度「画像を変える」を選んでください。
refused-double = 同じものをもう頼まれています。まもなく届きます。
refused-gone = その結果はもう残っていません。画像をもう一度送ってください。
refused-not-yours = それができるのは頼んだ本人だけです。
refused-unknown = それは知らないものです。別の版のものかもしれないので、Discord を再読み込みしてください。
refused-message-stays = 画像はこちらから消えましたが、メッセージは消せません。モデレーターに頼んでください。
refused-permission = このチャンネルでは権限 { $permission } がありません。サーバーの管理者に頼んでください。
refused-server-only = 設定はサーバーごとのものです。サーバーの中で /settings を使ってください。
refused-manage-server = 設定を変えられるのはサーバー管理の権限がある人だけです。
refused-no-job = それはジョブの id ではありません。結果の小さな文字の最後にあります。
refused-blocked-prompt = ここでは使えない言葉が含まれています。別の言い方にしてください。
withheld-unsafe = できた画像はここでは表示できません。別のプロンプト、低い強度、または別の画像を試してください。
withheld-but-private = できた画像はここでは全員には表示できません。非公開でもう一度頼んでください。
withheld-unchecked = 画像を確認できなかったため、誰にも表示されません。1分後にもう一度試し、続くようなら管理者に知らせてください。
refused-unsafe-there = その画像はこの場所では表示できません。
blocked-by-automod = このサーバーの AutoMod が画像つきのメッセージを止めました。別の言葉か別のチャンネルでお試しください。

form-remix = 画像を変える
form-chain = この結果から続ける
form-edit = 編集してもう一度
form-usemap = このマップを使う
field-prompt = どんな画像にしますか
field-prompt-description = 見たい画像を自分の言葉で
field-strength = 強さ
field-strength-description = 0 はそのまま、1 は無視。subtle、balanced、strong、reimagine も使えます
field-style = スタイル
field-style-description = お好みで。/styles で一覧を見られます
field-control = 残す構造
field-control-description = 線や奥行き、ポーズは強さに関係なく残ります。マップは画像から描かれます
field-picture = どの画像ですか
field-picture-description = そのメッセージには何枚かあります
field-upload = 別の画像
field-upload-description = 別の画像から始めたいときだけ

queue-empty = 待っているものはありません。
queue-mine = **あなたのジョブ**
queue-total = { $jobs ->
    [0] 誰も待っていません。
   *[other] 全部で { $jobs } 件が待っています。
 }
queue-running = 実行中
queue-place = { $position } 番目
queue-uncollected = できましたが、お見せできませんでした。「受け取る」を押してください
info-status = **{ $status }** · { $when } に { $name } が依頼
info-recipe = **レシピ**
info-negative = 除く：{ $prompt }
info-lineage = **由来**
info-original = 送られた画像
info-undelivered = お見せできませんでした：{ $reason }
info-none = そのメッセージは私の結果ではありません。
status-received = 受付済み
status-queued = 順番待ち
status-running = 実行中
status-succeeded = 完了
status-failed = 失敗
status-cancelled = キャンセル
status-refused = 拒否
styles-title = **スタイル**：コマンドで選ぶか、--style "oil painting" と書いてください
help = **画像を描き変えます。** 画像を添付して、どうしたいか書いてください。強さは変わり具合です。
    • /img2img：画像、プロンプト、強さ（ひかえめ 0.3、ほどよく 0.5、強め 0.7、描き直し 0.9）
    • /sweep：いくつかの強さで並べて見る
    • /refine：もう少しの画像を仕上げる
    • /map: 残る構造（輪郭、奥行き、ポーズ）を見て、**マップを使う**
    • ここの画像なら：メニュー、アプリ、**画像を変える**
    • 画像をつけて、または画像に返信して、私にメンション：油絵 --strength 0.7 --seed 5 --no 人
    • 結果の下：ほかの強さ、**続ける**、**引き直す**、**編集**、**並べる**
    • 結果へのリアクション：🔁 引き直す、✉️ 自分に送る、⭐ 写しを残す、❌ 自分のものを削除・キャンセル
    • /queue、/info、/styles、/settings、/privacy

settings-title = **{ $place } の設定**
settings-server = このサーバー
settings-nothing = 何も設定されていません。製品の既定値が使われます
settings-saved = 保存しました。
settings-reset = 既定値に戻しました。
setting-strength = 強さ { $value }
setting-style = スタイル { $value }
setting-model = モデル { $value }
setting-models = 使えるモデル { $value }
setting-private = 非公開：{ $value }
setting-roles = ロール { $value } のみ
setting-channels = チャンネル { $value } のみ
setting-remix = 変えてよい画像：{ $value }
setting-blocked = 禁止語: { $value }
setting-yes = はい
setting-no = いいえ
policy-anyone = 誰の画像でも
policy-own = 自分の画像だけ
privacy-export = 今あなたについて残しているすべてです。
privacy-ask = あなたのジョブ、プロンプト、画像をこちらから完全に消し、待っているものをキャンセルします。チャットのメッセージはそのままです。
privacy-deleted = { $jobs ->
    [0] 消すものはありませんでした。
   *[other] { $jobs } 件のジョブを画像と言葉ごと削除しました。
 }
reaction-kept = ⭐ のとおり、写しです。
reaction-sent = どうぞ。

name-sweep = 並べる
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
describe-queue = 待っているジョブと列の長さ
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
describe-words = 言葉とパターン(* は任意の文字)、コンマ区切り
describe-export = あなたについて残しているすべてのファイル
describe-delete = あなたについて残しているすべてを消す
describe-image = もとにする画像
describe-prompt = どう変えるか
describe-strength = 0 はそのまま、1 は無視。何も書かなければ 0.5
describe-strengths = いくつかの強さ。例：0.3 0.5 0.7 0.9
describe-style = スタイル
describe-negative-prompt = 入れたくないもの
describe-seed = 同じシードなら同じ画像
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
describe-job = 結果の小さな文字の最後にある id
describe-remix = 誰の画像を変えてよいか
describe-channel = サーバー全体ではなく一つのチャンネル
describe-role = このロールの人だけ。空なら全員
describe-only-channel = このチャンネルだけ。空ならどこでも
menu-remix = 画像を変える
menu-info = 画像の情報
