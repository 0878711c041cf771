import { plain } from './words.ts';

/**
 * What kind of change a wish is for, whatever the server: the vocabulary of tool interfaces, as beginnings of words (a space at
 * the end: the whole word), in several languages. It holds kinds of change only, never the things a server is about.
 *
 * `strong` kinds tell gaps apart by themselves; the others are too common to do more than support.
 */
const KINDS = {
  // which part of the data
  range: `+ date range,time range,range,start date,end date,start time,end time,date from,date to,from date,to date,since until,
    from to ,since param,since 0,time window,window,period,interval,arbitrary date,custom date,bound,historic,in the past,look back,
    lookback,older than,newer than,last year,last quarter,last month,last week,previous year,previous month,days ahead,weeks ahead,
    week ahead,further ahead,further out,modified after,modified since,modified before,created after,created before,updated since,
    updated after,zeitraum,zeitfenster,zeitspanne,datumsbereich,startdatum,enddatum,von bis,plage,periode,intervall,rango de,
    intervalo,intervallo,rango ,desde hasta,entre le ,entre fechas,periodo,期间,期間,时间段,日期范围,时间范围,起止,区间,過去,
    过去,開始日,終了日,日付範囲,기간,날짜,период,диапазон,zakres,okres`,
  page: `+ pagin,cursor,offset,next page,page token,page size,page number,per page,truncat,cut off,cut at,cut short,capped,cap ,
    first 0,only 0,exactly 0,limited to 0,maximum of 0,max 0,stops at,stops after,incomplete list,complete list,all the rows,
    all rows,all results,all items,all records,all entries,every row,remaining,seitenweise,paginier,abgeschnitten,vollstandige liste,
    tronqu,truncad,troncat,pagina siguiente,page suivante,分页,翻页,截断,ページング,ページネーション,件まで,페이지,страниц,пагинац,stronicow`,
  sort: `+ sort,order by,ordered by,ordering,ascending,descending,rank,newest first,oldest first,reihenfolge,trier ,tri par,triee,
    ordenar,ordenad,ordinare,排序,並び順,並べ,ソート,정렬,сортир`,
  filter: `filter,filtr,where ,criteri,predicate,narrow,restrict,condition,einschrank,筛选,篩選,过滤,絞り込,フィルタ,필터,фильтр`,
  search: `search,full text,fulltext,quer,look up,lookup,keyword,suche,recherch,buscar,busqueda,cerca ,搜索,检索,検索,검색,поиск,szuka`,
  multiple: `multiple values,multiple ids,several values,several ids,more than one,any of ,either of,mehrere,plusieurs,varios,varias,
    多个,複数,여러,нескольк,kilka`,
  absence: `without,untagged,unassigned,unset,unlabel,not set,that lack,which lack,ohne ,sans ,未设置,未設定,без `,
  field: `custom field,custom prop,custom attrib,custom column,metadata,attribut,propert,key value,extra field,eigene felder,
    benutzerdefiniert,champs,campo,自定义,自訂,属性,カスタム,項目,필드,속성,атрибут,поля `,
  identity: `by id ,by name,by email,by number,by key,by slug,identifier,uuid,external id,kennung,identifiant,identificador,识别,識別`,
  people: `attendee,participant,guest,member,colleague,teammate,other people,other person,other user,someone else,collaborator,
    recipient,teilnehm,gaste,mitglied,asistent,miembro,convidad,partecipant,participan,与会,成员,出席者,参加者,メンバー,
    참석,участник,uczestni`,
  invitation: `invit,einlad,邀请,邀請,招待,초대,пригла,zaprosz`,
  owner: `owner,assign,responsible,besitzer,zustandig,zuweis,proprietaire,asign,propietar,atribui,负责人,分配,担当,담당,назнач,przypis`,
  label: `label,tag,categor,kategor,etiquet,标签,標籤,分类,ラベル,タグ,カテゴリ,라벨,태그,метк,тег,etykiet`,
  status: `status,state ,states ,transition,stage,workflow,zustand,etat ,estado,stato ,状态,狀態,ステータス,상태,статус`,
  priority: `priorit,urgen,dringend,优先,優先,우선,приорит`,
  tree: `parent,child,hierarch,nested,nesting,subtask,subfolder,subtree,sub item,recursive,unteraufgab,unterordner,enfant,jerarqu,
    subtarea,子任务,层级,階層,하위,подзадач,podzad`,
  relation: `link to ,link between,linked to,relation,related to,associat,connect,depend,verknupf,zuordn,beziehung,vincul,relacion,
    collega,关联,關聯,紐付,関連,연결,связ,powiaz`,
  place: `geo,latitude,longitude,distance,radius,nearby,umkreis,entfernung,ubicacion,distancia,附近,距离,距離,위치,рассто`,
  availability: `availab,free busy,freebusy,free slot,busy,verfugbar,disponib,空闲,空き,가용,доступност`,
  // what is done with it
  create: `create,creation,make new,erstell,anleg,creer,crear,criar,创建,新建,作成,생성,созда,utworz`,
  update: `updat,edit,modif,chang,alter ,revis,amend,adjust,writable,andern,bearbeit,aktualisier,mettre a jour,actualiz,cambiar,
    更新,修改,编辑,編集,変更,수정,измен,обнов,zmien`,
  read: `read,view,open ,display,retriev,content of,inspect,lesen,einseh,anzeig,lire,consult,leer,visualiz,查看,读取,閲覧,読み,읽,조회,просмотр,прочит`,
  remove: `+ delet,remov,eras,destroy,purg,drop ,dropp,wipe,get rid,eliminat,losch,entfern,supprim,effac,elimin,borr,apagar,exclui,
    verwijder,删除,刪除,移除,清除,削除,消去,삭제,удал,usun,wymaz`,
  archive: `+ archiv,retire,deprecat,obsolete,sunset,withdraw,归档,歸檔,存档,アーカイブ,보관,архив`,
  restore: `+ restor,undo,undelet,revert,roll back,rollback,recover,trash,bring back,put back,wiederherstell,ruckgangig,restaur,
    annuler la,deshacer,desfazer,ripristin,恢复,恢復,撤销,还原,復元,元に戻,복구,되돌,восстан,отменить изм,przywr`,
  move: `+ move ,moved,moving,relocat,reparent,transfer,verschieb,deplac,mover,spostar,verplaats,移动,移動,이동,перемещ,перенес,przenie`,
  copy: `+ copy,copies,copying,clon,kopier,copier,copiar,duplicar,dupliquer,复制,複製,コピー,복사,копир,skopi`,
  merge: `+ merg,combin,consolidat,dedup,duplicate,unif,zusammenfuhr,dublett,fusion,doublon,duplicad,合并,合併,統合,重複,병합,중복,
    объедин,дублик,scali,duplikat`,
  rename: `+ renam,umbenenn,renomm,renombr,rinomin,重命名,改名,名前を変,名前変更,이름 변경,переимен`,
  pause: `+ paus,mute,muting,silenc,snooz,suspend,disabl,deactivat,turn off,switch off,temporarily,stummschalt,deaktivier,desactiv,
    disattiv,暂停,靜音,静音,禁用,停用,一時停止,無効,일시,비활성,приостан,отключ,wstrzym`,
  cancel: `+ cancel,abort,terminat,stornier,abbrech,annuler ,annulla,取消,中止,キャンセル,취소,отмена,отменить,anulow`,
  retry: `+ retry,retries,rerun,re run,resend,restart,redeliver,relanc,reintent,neu starten,erneut,重试,重跑,再実行,再試行,재시도,
    повторн,ponow`,
  schedule: `+ schedul,cron,delayed,send later,later time,planifi,zeitgesteuert,terminier,agendar,programar,programmare,定时,预约发,
    予約,スケジュール,예약,расписан,отложен,zaplan`,
  bulk: `+ bulk,batch,mass ,at once,one by one,one at a time,in a loop,in one call,in one go,in one request,many calls,
    array of,en masse,massen,stapel,auf einmal,en lot,lotes,masiv,massiv,in blocco,批量,批次,一次性,逐个,一括,まとめて,일괄,массов,пакетн,hurtow,zbiorcz`,
  upload: `+ upload,attach a,attach the,attach file,attach image,attaching,hochlad,televers,joindre,adjuntar,subir,anexar,allegare,上传,
    上傳,アップロード,업로드,загруз,wgra`,
  attachment: `attachment,attached file,anhang,anhange,piece jointe,adjunto,anexo,allegat,附件,添付,첨부,вложен,zalacz`,
  download: `+ download,fetch the file,herunterlad,telecharg,descarg,baixar,scaric,下载,下載,ダウンロード,다운로드,скача,pobra`,
  import: `+ import,einspiel,导入,匯入,取り込,インポート,가져오기,импорт`,
  export: `+ export,dump ,extract,esport,导出,匯出,エクスポート,書き出,내보내,экспорт,выгруз,eksport`,
  preview: `+ preview,dry run,dryrun,simulat,what if,vorschau,probelauf,apercu,vista previa,anteprima,预览,試运行,プレビュー,미리보기,предпросм,podglad`,
  partial: `+ section,append,prepend,patch,partial,portion,whole body,entire body,entire document,entire file,entire text,whole document,
    whole file,whole text,full replace,replace the whole,replaces everything,rewrit,abschnitt,teilweise,komplett,gesamte,ajouter a,
    partiel,seccion,parcial,parziale,局部,追加,部分更新,一部だけ,부분,частич,czescio`,
  conflict: `+ concurren,lock ,locking,etag,overwrit,overwrote,lost update,race ,in the meantime,optimistic,if match,uberschrieb,
    ecras,sobrescrib,sovrascri,并发,覆盖,競合,上書き,충돌,덮어,конфликт,перезапис,nadpis`,
  // how it comes back
  csv: `+ csv,tsv,spreadsheet,excel,xls,tabular,pivot,sheets,delimiter,tableur,hoja de calculo,planilha,foglio,电子表格,表格,
    スプレッドシート,スプレッド,스프레드,엑셀,таблиц,arkusz`,
  json: `+ json,machine read,structured,parse,parsable,programmatic,maschinenlesbar,strukturiert,estructurad,strutturat,
    机器可读,结构化,構造化,구조화,структурир`,
  text: `+ markdown,plain text,plaintext,prose,html,xml,markup,klartext,texte brut,texto plano,纯文本,純文本,プレーンテキスト,마크다운`,
  image: `image,picture,photo,thumbnail,screenshot,diagram,png,jpeg,svg,bild,imagen,immagin,图片,截图,画像,이미지,изображ,obraz`,
  zone: `+ time zone,timezone,utc,gmt ,tz ,zone,rfc0,rfc 0,iso0,iso 0,local time,daylight,zeitzone,ortszeit,fuseau,zona horaria,
    fuso,时区,時區,タイムゾーン,時差,시간대,часов,strefa`,
  currency: `+ currenc,eur ,usd ,gbp ,jpy ,exchange rate,fx ,wahrung,devise,moneda,moeda,valuta,货币,幣,币种,汇率,通貨,為替,통화,환율,валют,walut`,
  unit: `+ unit ,units,imperial,celsius,fahrenheit,kilomet,einheit,unite de,unidad,单位,単位,단위,единиц`,
  precision: `+ round,precision,decimal,significant dig,nachkomma,精度,小数,반올림,округл`,
  locale: `+ locale,translat,language,localiz,localis,sprache,ubersetz,langue,traduc,tradui,idioma,lingua ,语言,翻译,言語,翻訳,언어,번역,язык,перевод`,
  size: `too large,too big,too long,huge,context window,megabyte,zu gross,taille,tamano,太大,サイズ,크기,размер`,
  detail: `line item,positions of,breakdown of,individual items,posten,einzelposten,detalle,partidas,dettagl,明细,明細,内訳,세부,позици,szczegol`,
  aggregate: `+ group by,grouped by,grouping,group by,aggregat,sum ,sums ,subtotal,break down,breakdown,dimension,count ,counts ,
    per day,per week,per month,gruppier,summe,aufschlussel,anzahl,regroup,ventil,agrup,desglos,raggrupp,总数,汇总,分组,統計,集計,合計,件数,
    집계,합계,группир,сумм,количеств,grupow`,
  statistics: `statistic,analytic,view count,metric,usage,traffic,statistik,aufrufe,estadistic,浏览量,统计,統計,통계,статист`,
  history: `histor,version,revision,diff ,diffs ,changelog,audit,verlauf,fassung,registro,历史,版本,変更履歴,履歴,バージョン,버전,이력,верси,истори`,
  anchor: `anchor,inline,line number,highlighted,quoted text,ancrage,行番号,锚点`,
  reason: `error message,error detail,error code,diagnos,explain,root cause,fehlermeldung,错误信息,原因,エラー内容,이유,причин,powod`,
  logs: `log ,logs ,console output,stdout,stderr,protokoll,journaux,日志,ログ,로그,логи,логов`,
  // when and to whom
  recurrence: `+ recur,repeat,series,rrule,every day,every week,every month,every other,every monday,every tuesday,every wednesday,
    every thursday,every friday,biweekly,wiederkehr,wiederhol,serie,jede woche,chaque,repet,repetir,ricorr,herhal,重复,重複予定,
    每周,每天,循环,周期性,繰り返,定期,毎週,반복,매주,повтор,еженедел,cyklicz,powtarz`,
  occurrence: `+ occurrence,instance,single one,just one,only one,this one ,exception,einzelne,vorkommen,ocurrencia,ocorrencia,occorrenza,
    单次,その回だけ,一回だけ,한 번만,вхожден`,
  reminder: `+ remind,notif,alert,erinner,benachrichtig,rappel,recordator,recordar,lembrete,avviso,promemoria,提醒,通知,リマインド,알림,
    напомин,уведом,przypom,powiadom`,
  subscription: `+ webhook,subscri,push notif,streaming,real time,realtime,polling,poll ,listen for,abonn,suscrib,订阅,推送,購読,구독,подпис,websocket,sse `,
  access: `+ permission,role ,roles ,acl ,visib,share with,sharing,access right,access control,berechtig,freigab,partag,droits,
    permiso,compartir,permiss,权限,共享,公開範囲,権限,共有,권한,공유,права,доступ к,uprawn`,
  comment: `comment,repl,thread,kommentar,antwort,respuesta,risposta,评论,回复,コメント,返信,댓글,коммент,komentarz`,
  template: `+ template,vorlage,modele,plantilla,modello,模板,テンプレート,템플릿,шаблон,szablon`,
  progress: `+ async,progress,job status,long running,timeout,timed out,time out,in the background,fortschritt,zeituberschreit,progreso,
    进度,超时,進捗,タイムアウト,진행,시간 초과,прогресс,таймаут`,
  quota: `+ rate limit,quota,throttl,kontingent,限流,配額,レート制限,할당량`,
  conference: `+ video,conferenc,meeting link,meet link,meeting url,meet url,call link,videokonferenz,visio,videollamada,视频会议,ビデオ会議,화상,видеовст`,
  colour: `+ colour,color ,colors ,farbe,couleur,颜色,색상`,
} as const;

export type Facet = keyof typeof KINDS;

/** Kinds of which a wish is for one or another: reports that disagree inside a family ask for different changes. */
const FAMILIES: Facet[][] = [
  ['csv', 'json', 'text', 'image'],
  ['remove', 'archive', 'restore', 'merge', 'move', 'copy', 'rename', 'pause', 'cancel', 'retry', 'schedule'],
  ['upload', 'download', 'import', 'export'],
  ['range', 'page', 'sort', 'aggregate', 'bulk', 'zone', 'currency', 'locale', 'unit'],
  ['recurrence', 'occurrence', 'reminder'],
];

const STRONG = new Set<Facet>();
/** By the first two characters, which every entry has. */
const ENTRIES = new Map<string, { text: string; facet: Facet }[]>();
for (const [name, list] of Object.entries(KINDS)) {
  const facet = name as Facet;
  if (list.startsWith('+')) STRONG.add(facet);
  for (const entry of list.replace(/^\+/, '').split(',')) {
    const whole = / $/.test(entry.replace(/\n\s*/g, ''));
    const text = plain(entry.trim()) + (whole ? ' ' : '');
    const key = text.slice(0, 2);
    ENTRIES.set(key, [...(ENTRIES.get(key) ?? []), { text, facet }]);
  }
}

/** What matters stands at the beginning; the rest of a long text only adds chance hits. */
const READ = 1500;
const UNSPACED = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]/u;

export function isStrong(facet: Facet): boolean {
  return STRONG.has(facet);
}

/** The kinds of change that a text speaks of. */
export function facetsOf(text: string): Set<Facet> {
  const found = new Set<Facet>();
  const line = ` ${plain(text.slice(0, READ))
    .replace(/\d[\d.,]*/g, '0')
    .replace(/[^\p{L}\p{N}]+/gu, ' ')} `;
  for (let i = 1; i < line.length; i += 1) {
    if (line[i - 1] !== ' ' && !UNSPACED.test(line[i] ?? '')) continue;
    for (const { text: entry, facet } of ENTRIES.get(line.slice(i, i + 2)) ?? []) {
      if (line.startsWith(entry, i)) found.add(facet);
    }
  }
  return found;
}

/** Whether each side asks for something of a family that the other does not. */
export function disagree(a: ReadonlySet<Facet>, b: ReadonlySet<Facet>): boolean {
  const only = (x: ReadonlySet<Facet>, y: ReadonlySet<Facet>) => (facet: Facet) => x.has(facet) && !y.has(facet);
  return FAMILIES.some((family) => family.some(only(a, b)) && family.some(only(b, a)));
}
