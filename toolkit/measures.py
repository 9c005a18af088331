"""What a paper says of a corpus and of each measure: sentences in English and Chinese."""

# What the tables show: English, Chinese. Said where there is any of what it is called by.
CORPUS = {
    "reports": (
        "The corpus holds {reports} reports ({genres}) with {n_han:,} Han characters of retained text.",
        "语料含{reports}份报告（{genres}），清洗后正文共{n_han:,}个汉字。",
    ),
    "places": (
        "They come from {places} places and the years {first} to {last}: of {cells} place-years "
        "{missing} ({share:.1f} %) have no report, {double} have more than one.",
        "报告出自{places}个地区、{first}至{last}年：在{cells}个地区年份中，{missing}个（{share:.1f}%）无报告，"
        "{double}个不止一份。",
    ),
    "unplaced": (
        "Reports whose place or year is not known: {unplaced}.",
        "地区或年份不详的报告：{unplaced}份。",
    ),
    "dated": (
        "Reports with a date: {dated}, from {earliest} to {latest}.",
        "有日期的报告：{dated}份，自{earliest}至{latest}。",
    ),
    "undated": ("Reports without a date: {undated}.", "无日期的报告：{undated}份。"),
    "hashed": (
        "Texts with their address on record: {sourced}, with their SHA-256: {hashed}.",
        "记有原文网址的报告：{sourced}份，记有原文SHA-256值的：{hashed}份。",
    ),
    "terms": (
        "The lexicon has {terms} terms in {categories} categories; {shipped} (the SHA-256 of its terms, "
        "one a line, begins {sha}).",
        "词表有{terms}个词条，分{categories}类；{shipped}（词条逐行排列，其SHA-256值以{sha}开头）。",
    ),
    "matched": (
        "Terms are matched leftmost-longest over all their spellings and never overlap: {n:,} matches "
        "in running text, and {n_title:,} inside titles (《》), which are counted apart.",
        "词条按全部写法作最左最长匹配，互不重叠：正文中{n:,}处；书名号（《》）内{n_title:,}处，单独计数。",
    ),
}
SHIPPED = {
    True: ("its terms are those of the lexicon shipped", "其词条与随附词表相同"),
    False: ("its terms are not those of the lexicon shipped", "其词条与随附词表不同"),
}
GENRES = {
    "work report": ("government work reports", "政府工作报告"),
    "rule-of-law report": ("reports on building a rule-of-law government", "法治政府建设年度报告"),
    "": ("of unknown genre", "体裁不详"),
}
SOFTWARE = ("Software: {}.", "软件：{}。")

# What each function does, in the order of a paper: any of the names, English, Chinese. A source that
# is named here stands in the help of one of them.
MEASURES = (
    (
        ("count_terms", "count_tokens_by", "frequent_tokens"),
        "Rates are mentions per 1,000 Han characters of retained text (Wang & Li 2017).",
        "频率为每1,000个汉字（清洗后正文）的出现次数（Wang & Li 2017）。",
    ),
    (
        ("count_tokens_by", "frequent_tokens"),
        "Words are those of jieba's dictionary, terms of the lexicon kept whole.",
        "词语按jieba词典切分，词表中的词条不拆分。",
    ),
    (
        ("frequent_tokens", "dispersion"),
        "Dispersion is DP (Gries 2008), normalised (Lijffijt & Gries 2012).",
        "分布的不均匀度为DP（Gries 2008），经归一化（Lijffijt & Gries 2012）。",
    ),
    (
        ("role_shares",),
        "The parts of reports are told apart by rules; their shares are of Han characters.",
        "报告各部分按规则划分，其占比按汉字数计。",
    ),
    (
        ("pool_rates",),
        "Pooled rates are ratios of sums; their 95 % intervals rest on how whole clusters, such as "
        "places, differ (Cochran 1977; Cameron & Miller 2015), on the log scale with Student's t; "
        "where nothing is counted the upper end is the bound of no events (Hanley & Lippman-Hand 1983).",
        "合并频率为总和之比；其95%区间取决于地区等聚类整体之间的差异（Cochran 1977; Cameron & Miller 2015），"
        "在对数尺度上用t分布；计数为零时取零事件上限（Hanley & Lippman-Hand 1983）。",
    ),
    (
        ("add_blocks",),
        "For the interval of a single report's rate the units are blocks of clauses that follow each "
        "other (after Benoit, Laver & Mikhaylov 2009).",
        "单份报告频率的区间以相连小句组成的文段为单位（参照Benoit, Laver & Mikhaylov 2009）。",
    ),
    (
        ("add_shares",),
        "Shares of reports that use a term have exact 95 % intervals (Clopper & Pearson 1934), each "
        "report being one draw.",
        "使用某词条的报告占比附精确95%区间（Clopper & Pearson 1934），每份报告为一次独立抽样。",
    ),
    (
        ("trend",),
        "Trends are the ratio of the rate from one year to the next, of Poisson counts with text "
        "length as offset and the effect of each place conditioned out (Hausman, Hall & Griliches "
        "1984; Wooldridge 1999). Their 95 % intervals and p are clustered by place (jackknife CR3; "
        "Cameron & Miller 2015), with Student's t on the effective number of places (Carter, "
        "Schnepel & Steigerwald 2017); q adjusts p over the family of all terms tested together "
        "(Benjamini & Hochberg 1995), whose size stands beside it.",
        "趋势为频率的逐年比率，取自以文本长度为偏移量、并以条件似然消去各地区效应的泊松计数（Hausman, Hall & Griliches "
        "1984; Wooldridge 1999）。其95%区间与p值按地区聚类（刀切法CR3；Cameron & Miller 2015），用t分布，"
        "自由度取有效地区数（Carter, Schnepel & Steigerwald 2017）；q值在同时检验的全部词条构成的检验族内校正p值"
        "（Benjamini & Hochberg 1995），检验族大小列于其旁。",
    ),
    (
        ("shape",),
        "Shapes compare single years with places held fixed: p is the smallest of the claims tried, "
        "times their number (Bonferroni), and q adjusts it over the family of terms (Benjamini & "
        "Hochberg 1995), whose size stands beside it; ratios have 95 % intervals.",
        "走势在固定地区效应下比较各年：p值取所试各项判断中最小者，乘以判断数（Bonferroni），q值在词条检验族内校正"
        "（Benjamini & Hochberg 1995），检验族大小列于其旁；各比率附95%区间。",
    ),
    (
        ("first_use",),
        "First use lies in the interval between a place's last report without a term and its first "
        "with it, or is censored (Turnbull 1976).",
        "首次使用位于一地最后一份未用与首份使用某词条的报告之间，或为删失（Turnbull 1976）。",
    ),
    (
        ("adoption_curve",),
        "Shares of places that had used a term are maximum likelihood estimates of such censored "
        "events (Turnbull 1976); their 95 % intervals are those of Clopper & Pearson 1934 on the "
        "effective number of places (Korn & Graubard 1998).",
        "已使用某词条的地区占比为此类删失事件的最大似然估计（Turnbull 1976）；其95%区间依Clopper & Pearson 1934，"
        "样本量取有效地区数（Korn & Graubard 1998）。",
    ),
    (
        ("hazard",),
        "The hazard of a year is the share that took a term up among places with a report of that "
        "year and the year before that had not used it (discrete-time life table; Allison 1982; Berry "
        "& Berry 1990), with an exact 95 % interval (Clopper & Pearson 1934).",
        "某年的风险率为该年与上年均有报告、此前未用某词条的地区中当年采用者的占比（离散时间生命表；Allison 1982; Berry "
        "& Berry 1990），附精确95%区间（Clopper & Pearson 1934）。",
    ),
    (
        ("compare_hazards",),
        "The hazards of two groups are compared by the odds ratio common to all years (Cox 1972; Gart "
        "1970), with an exact 95 % interval; q adjusts p over the family of all terms tested together "
        "(Benjamini & Hochberg 1995), whose size stands beside it.",
        "两组风险率以各年共同的优势比相比（Cox 1972; Gart 1970），附精确95%区间；q值在同时检验的全部词条构成的检验族内"
        "校正p值（Benjamini & Hochberg 1995），检验族大小列于其旁。",
    ),
    (
        ("contrast",),
        "Two groups are compared by the log ratio of their rates, base 2 (Hardie 2014); its 95 % "
        "interval rests on how the places or reports of each differ (Cochran 1977; Welch 1947).",
        "两组以频率的对数比相比，底数为2（Hardie 2014）；其95%区间取决于各组内地区或报告间的差异"
        "（Cochran 1977; Welch 1947）。",
    ),
    (
        ("profile",),
        "The profile of a place is the log ratio, base 2, of its rates to those of all places pooled, "
        "without an interval.",
        "一地的概貌为其频率与全部地区合并频率的对数比，底数为2，不附区间。",
    ),
    (
        ("keyness",),
        "Keyness is the log ratio of rates, base 2 (Hardie 2014), with a 95 % interval and a p that "
        "rest on how whole places or reports differ (Cochran 1977; Cameron & Miller 2015); q adjusts p "
        "over the family of all terms compared (Benjamini & Hochberg 1995), whose size stands beside "
        "it. For comparison with other work log-likelihood (Dunning 1993) and weighted log-odds "
        "(Monroe, Colaresi & Quinn 2008) are given, which take words as independent draws.",
        "关键性（keyness）为频率的对数比，底数为2（Hardie 2014），其95%区间与p值取决于地区或报告整体之间的差异"
        "（Cochran 1977; Cameron & Miller 2015）；q值在所比较的全部词条构成的检验族内校正p值（Benjamini & "
        "Hochberg 1995），检验族大小列于其旁。为便于与其他研究比较，另给出以词次为独立抽样的对数似然（Dunning 1993）"
        "与加权对数优势比（Monroe, Colaresi & Quinn 2008）。",
    ),
    (
        ("log_likelihood",),
        "Log-likelihood takes words as independent draws (Dunning 1993).",
        "对数似然以词次为独立抽样（Dunning 1993）。",
    ),
    (
        ("log_odds",),
        "Weighted log-odds take words as independent draws (Monroe, Colaresi & Quinn 2008).",
        "加权对数优势比以词次为独立抽样（Monroe, Colaresi & Quinn 2008）。",
    ),
    (
        ("add_tf_idf",),
        "Terms are weighed by their rate times the log of all groups over those that use them (Sparck "
        "Jones 1972).",
        "词条的权重为频率乘以组数与使用组数之比的对数（Sparck Jones 1972）。",
    ),
    (
        ("compare_pairs",),
        "Groups are compared in pairs by the cosine of their rates and the divergence of Jensen and "
        "Shannon (Lin 1991), names of places left out, without an interval.",
        "各组两两比较频率的余弦与Jensen-Shannon散度（Lin 1991），不计地名，不附区间。",
    ),
    (
        ("cluster_order",),
        "Groups are put in the order of an average-link tree (Sokal & Michener 1958), its leaves "
        "ordered as in Bar-Joseph, Gifford & Jaakkola 2001.",
        "各组按平均连接聚类树排列（Sokal & Michener 1958），叶序依Bar-Joseph, Gifford & Jaakkola 2001。",
    ),
    (
        ("correspondence",),
        "Groups and terms are mapped by correspondence analysis (Greenacre 2017).",
        "各组与词条以对应分析作图（Greenacre 2017）。",
    ),
    (
        ("collocates",),
        "Collocates are terms in the same clause, by log Dice (Rychlý 2008) and log ratio (Hardie "
        "2014), with clauses as independent draws.",
        "搭配词为同一小句中的词条，以对数Dice（Rychlý 2008）与对数比（Hardie 2014）衡量，小句为独立抽样。",
    ),
    (
        ("find_claims",),
        "Quantified claims and superlatives are found by rules; their parts follow Li et al. 2019.",
        "量化表述与“第一”类表述按规则识别，其构成参照Li et al. 2019。",
    ),
    (
        ("symbolic_ratio",),
        "Symbolic and operational words, of lists that are not validated, are weighed by the log of "
        "their ratio, halves added (Haldane 1956; Anscombe 1956); its 95 % interval rests on how "
        "places differ (Cochran 1977), and with few places on words alone.",
        "象征性与操作性用语（词表未经检验）以两者之比的对数衡量，各加半数（Haldane 1956; Anscombe 1956）；"
        "其95%区间取决于地区间的差异（Cochran 1977），地区很少时仅取决于词次。",
    ),
    (
        ("agreement",),
        "Agreement of coders is Krippendorff's alpha for nominal labels (Krippendorff 2004); its 95 % "
        "interval resamples clauses.",
        "编码者间一致性为名义标签的Krippendorff alpha系数（Krippendorff 2004），其95%区间由小句重抽样得出。",
    ),
    (
        (
            "find_reuse", "add_relation", "previous", "nearest", "shared_text", "copied_shares",
            "reused", "passages",
        ),
        "Shared wording is that of runs of eight Han characters (Wilkerson, Smith & Stramp 2015; "
        "Jansa, Hansen & Gray 2019).",
        "共有文字以连续八个汉字为单位（Wilkerson, Smith & Stramp 2015; Jansa, Hansen & Gray 2019）。",
    ),
    (
        ("find_reuse", "nearest"),
        "Containment is the share of the shorter report's runs that the other has too (Broder 1997), "
        "without an interval.",
        "包含度为较短报告的此类片段中亦见于另一报告者的占比（Broder 1997），不附区间。",
    ),
)  # fmt: skip
