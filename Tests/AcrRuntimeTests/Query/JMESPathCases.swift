import Testing

/// Queries and what they give, as compared with Python's `jmespath` 1.1.0, which the Azure CLI uses; whole numbers are
/// written without a fraction. Each line is a query, two spaces, `=>`, a space, and the result as JSON.
enum JMESPathCases {
  /// The manifests of a repository, in the columns of the Azure registries.
  static let manifests = Table(
    document: #"""
      {"repository": "shop/api", "count": 4, "ratio": 0.5, "empty": "", "none": null, "zero": 0, "yes": true, "no": false,
       "manifests": [
         {"digest": "sha256:aa", "tags": ["1.0", "latest"], "imageSize": 300, "os": "linux", "architecture": "amd64",
          "lastUpdateTime": "2024-03-01T10:00:00Z", "changeableAttributes": {"deleteEnabled": true, "writeEnabled": false}},
         {"digest": "sha256:bb", "tags": null, "imageSize": 100, "os": "linux", "architecture": "arm64",
          "lastUpdateTime": "2024-01-15T10:00:00Z", "changeableAttributes": {"deleteEnabled": false, "writeEnabled": false}},
         {"digest": "sha256:cc", "tags": [], "imageSize": 200, "os": "windows", "architecture": "amd64",
          "lastUpdateTime": "2023-12-24T10:00:00Z", "changeableAttributes": {"deleteEnabled": true, "writeEnabled": true}},
         {"digest": "sha256:dd", "tags": ["v2"], "imageSize": 100, "os": null, "architecture": "s390x",
          "lastUpdateTime": "2024-02-02T10:00:00Z"}]}
      """#,
    cases: #"""
      manifests[?tags==null].digest  => ["sha256:bb"]
      manifests[].digest  => ["sha256:aa","sha256:bb","sha256:cc","sha256:dd"]
      manifests[*].digest  => ["sha256:aa","sha256:bb","sha256:cc","sha256:dd"]
      manifests[0].digest  => "sha256:aa"
      manifests[-1].digest  => "sha256:dd"
      manifests[9].digest  => null
      manifests[-9]  => null
      manifests[?os=='linux'].architecture  => ["amd64","arm64"]
      manifests[?os=='linux' && architecture=='amd64'].digest  => ["sha256:aa"]
      manifests[?os=='windows' || imageSize>`250`].digest  => ["sha256:aa","sha256:cc"]
      manifests[?imageSize >= `200`].imageSize  => [300,200]
      manifests[?imageSize < `200`].digest  => ["sha256:bb","sha256:dd"]
      manifests[?imageSize <= `100`].digest | [0]  => "sha256:bb"
      manifests[?imageSize != `100`].digest  => ["sha256:aa","sha256:cc"]
      manifests[?`150` < imageSize].digest  => ["sha256:aa","sha256:cc"]
      manifests[?lastUpdateTime < '2024-01-31'].[digest, lastUpdateTime]  => [["sha256:bb","2024-01-15T10:00:00Z"],["sha256:cc","2023-12-24T10:00:00Z"]]
      manifests[?lastUpdateTime >= '2024-02-02T10:00:00Z'].digest  => ["sha256:aa","sha256:dd"]
      manifests[].{digest: digest, tag: tags[0]}  => [{"digest":"sha256:aa","tag":"1.0"},{"digest":"sha256:bb","tag":null},{"digest":"sha256:cc","tag":null},{"digest":"sha256:dd","tag":"v2"}]
      manifests[].{"the digest": digest}  => [{"the digest":"sha256:aa"},{"the digest":"sha256:bb"},{"the digest":"sha256:cc"},{"the digest":"sha256:dd"}]
      manifests[].[digest, os]  => [["sha256:aa","linux"],["sha256:bb","linux"],["sha256:cc","windows"],["sha256:dd",null]]
      manifests[].tags  => [["1.0","latest"],[],["v2"]]
      manifests[].tags[]  => ["1.0","latest","v2"]
      manifests[*].tags[]  => ["1.0","latest","v2"]
      manifests[*].tags[*]  => [["1.0","latest"],[],["v2"]]
      manifests[].tags[0]  => ["1.0","v2"]
      manifests[*].tags | [0]  => ["1.0","latest"]
      manifests[?tags].digest  => ["sha256:aa","sha256:dd"]
      manifests[?!tags].digest  => ["sha256:bb","sha256:cc"]
      manifests[?contains(tags || `[]`, 'latest')].digest  => ["sha256:aa"]
      manifests[?tags && contains(tags, 'v2')].digest  => ["sha256:dd"]
      manifests[?starts_with(digest, 'sha256:c')].digest | [0]  => "sha256:cc"
      manifests[?changeableAttributes.deleteEnabled].digest  => ["sha256:aa","sha256:cc"]
      manifests[?changeableAttributes.deleteEnabled==`true`].digest  => ["sha256:aa","sha256:cc"]
      manifests[?!(changeableAttributes.deleteEnabled)].digest  => ["sha256:bb","sha256:dd"]
      manifests[?changeableAttributes.*].digest  => ["sha256:aa","sha256:bb","sha256:cc"]
      manifests[].changeableAttributes.*  => [[true,false],[false,false],[true,true]]
      manifests[?os==null].digest  => ["sha256:dd"]
      manifests[?os!=null] | length(@)  => 3
      length(manifests)  => 4
      length(manifests[?os=='linux'])  => 2
      sort_by(manifests, &imageSize)[].digest  => ["sha256:bb","sha256:dd","sha256:cc","sha256:aa"]
      sort_by(manifests, &lastUpdateTime)[-1].digest  => "sha256:aa"
      sort_by(manifests, &lastUpdateTime)[::-1].digest  => ["sha256:aa","sha256:dd","sha256:bb","sha256:cc"]
      reverse(sort_by(manifests, &imageSize))[].digest  => ["sha256:aa","sha256:cc","sha256:dd","sha256:bb"]
      sort_by(manifests,&imageSize)[:2].digest  => ["sha256:bb","sha256:dd"]
      max_by(manifests, &imageSize).digest  => "sha256:aa"
      min_by(manifests, &imageSize).digest  => "sha256:bb"
      min_by(manifests, &lastUpdateTime).digest  => "sha256:cc"
      sum(manifests[].imageSize)  => 700
      avg(manifests[].imageSize)  => 175
      max(manifests[].imageSize)  => 300
      min(manifests[].imageSize)  => 100
      max(manifests[].digest)  => "sha256:dd"
      join(', ', manifests[].architecture)  => "amd64, arm64, amd64, s390x"
      map(&digest, manifests)  => ["sha256:aa","sha256:bb","sha256:cc","sha256:dd"]
      map(&tags[0], manifests)  => ["1.0",null,null,"v2"]
      map(&join(':', [os || 'none', architecture]), manifests)  => ["linux:amd64","linux:arm64","windows:amd64","none:s390x"]
      {repository: repository, untagged: manifests[?tags==null].digest | [0]}  => {"repository":"shop/api","untagged":"sha256:bb"}
      {n: length(manifests), sizes: manifests[].imageSize}  => {"n":4,"sizes":[300,100,200,100]}
      [repository, count, missing]  => ["shop/api",4,null]
      [count, ratio, empty, none, zero, yes, no]  => [4,0.5,"",null,0,true,false]
      count  => 4
      ratio  => 0.5
      empty  => ""
      none  => null
      missing  => null
      missing.deeper  => null
      missing[0]  => null
      missing[]  => null
      missing[*].a  => null
      missing.*  => null
      missing[?a]  => null
      missing | [a, b]  => null
      missing.{a: a}  => null
      repository.count  => null
      repository[0]  => null
      repository[*]  => null
      repository[]  => null
      repository.*  => null
      none == missing  => true
      zero || 'fallback'  => 0
      empty || 'fallback'  => "fallback"
      none || empty || no || 'last'  => "last"
      yes && count  => 4
      no && count  => false
      empty && count  => ""
      !yes  => false
      !no  => true
      !zero  => false
      !empty  => true
      !none  => true
      !!count  => true
      !manifests  => false
      count == `4`  => true
      count == `4.0`  => true
      count == '4'  => false
      yes == `true`  => true
      yes > no  => null
      repository > 'shop'  => true
      repository == `shop/api`  => true
      repository == `"shop/api"`  => true
      count > `1` && count < `10`  => true
      count > `10` || ratio < `1` && yes  => true
      (count > `10` || ratio < `1`) && no  => false
      not_null(none, missing, repository)  => "shop/api"
      not_null(missing)  => null
      to_string(manifests[0].tags)  => "[\"1.0\",\"latest\"]"
      to_string(repository)  => "shop/api"
      to_string(count)  => "4"
      to_string(ratio)  => "0.5"
      to_string(none)  => "null"
      to_number('12')  => 12
      to_number('-1.5e2')  => -150
      to_number('twelve')  => null
      to_number(count)  => 4
      to_number(none)  => null
      to_number(yes)  => null
      to_array(repository)  => ["shop/api"]
      to_array(manifests[0].tags)  => ["1.0","latest"]
      to_array(none)  => [null]
      type(repository)  => "string"
      type(count)  => "number"
      type(ratio)  => "number"
      type(yes)  => "boolean"
      type(none)  => "null"
      type(manifests)  => "array"
      type(@)  => "object"
      keys(manifests[1].changeableAttributes)  => ["deleteEnabled","writeEnabled"]
      values(manifests[1].changeableAttributes)  => [false,false]
      merge(manifests[0].changeableAttributes, `{"deleteEnabled": null, "more": 1}`)  => {"deleteEnabled":null,"writeEnabled":false,"more":1}
      @.repository  => "shop/api"
      @ | repository  => "shop/api"
      manifests | [0] | digest  => "sha256:aa"
      manifests[0] | [digest, os] | [1]  => "linux"
      manifests[*] | [0].digest  => "sha256:aa"
      manifests[*].digest | [0]  => "sha256:aa"
      (manifests[*].digest)[0]  => "sha256:aa"
      manifests[*].digest[0]  => []
      manifests[1:3].digest  => ["sha256:bb","sha256:cc"]
      manifests[::2].digest  => ["sha256:aa","sha256:cc"]
      manifests[::-1].architecture  => ["s390x","amd64","arm64","amd64"]
      manifests[?os=='linux'][0].digest  => []
      manifests[?os=='linux'] | [0].digest  => "sha256:aa"
      manifests[?os=='linux'].tags[]  => ["1.0","latest"]
      manifests[?tags[0]=='v2'].digest  => ["sha256:dd"]
      manifests[?length(tags || `[]`) > `1`].digest  => ["sha256:aa"]
      manifests[?ends_with(architecture, '64')].architecture  => ["amd64","arm64","amd64"]
      manifests[?architecture=='amd64'].{os: os, latest: contains(tags, 'latest')}  => [{"os":"linux","latest":true},{"os":"windows","latest":false}]
      [manifests[0].digest, {size: manifests[0].imageSize}]  => ["sha256:aa",{"size":300}]
      manifests[].not_null(os, 'unknown')  => ["linux","linux","windows","unknown"]
      manifests[].os | sort(@)  => ["linux","linux","windows"]
      manifests[].[imageSize][] | sum(@)  => 700
      manifests[?imageSize == max(`[100, 5]`)].digest  => ["sha256:bb","sha256:dd"]
      manifests[*].[digest, changeableAttributes.[deleteEnabled, writeEnabled]]  => [["sha256:aa",[true,false]],["sha256:bb",[false,false]],["sha256:cc",[true,true]],["sha256:dd",null]]
      """#)

  /// Values of every shape.
  static let shapes = Table(
    document: #"""
      {"a": {"b": {"c": {"d": "deep"}}}, "list": [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
       "nested": [[1, 2], [3, [4, 5]], 6, []], "objects": {"x": {"n": 1}, "y": {"n": 2}, "z": {"m": 3}},
       "with-dash": "dashed", "with space": {"é": "accent"}, "\"q\"": "quoted",
       "mixed": [1, "1", true, null, {"n": 1}, [1]], "words": ["pear", "apple", "fig", "apple"],
       "numbers": [3, 1.5, -2, 3], "strings": {"s": "héllo", "e": ""},
       "rows": [{"k": "b", "v": 1}, {"k": "a", "v": 2}, {"k": "b", "v": 0}, {"k": "a", "v": 2.5}],
       "matrix": [[{"n": 1}, {"n": 2}], [{"n": 3}]], "emptyList": [], "emptyObject": {}, "nulls": [null, 1, null],
       "t": true, "f": false, "big": 9007199254740993, "neg": -7, "half": 2.5, "quote": "it's", "tick": "a`b",
       "_u": 1, "A1": 2}
      """#,
    cases: #"""
      a.b.c.d  => "deep"
      a . b . c  => {"d":"deep"}
      a.b.c.d.e  => null
      a."b".c  => {"d":"deep"}
      "with-dash"  => "dashed"
      "with space"."é"  => "accent"
      "with space"."\u00e9"  => "accent"
      "\"q\""  => "quoted"
      _u  => 1
      A1  => 2
      list[0]  => 0
      list[-1]  => 9
      list[10]  => null
      list[2:5]  => [2,3,4]
      list[:3]  => [0,1,2]
      list[7:]  => [7,8,9]
      list[::3]  => [0,3,6,9]
      list[::-1]  => [9,8,7,6,5,4,3,2,1,0]
      list[8:2:-2]  => [8,6,4]
      list[-3:]  => [7,8,9]
      list[:-7]  => [0,1,2]
      list[-100:2]  => [0,1]
      list[5:100]  => [5,6,7,8,9]
      list[5:2]  => []
      list[2:5:-1]  => []
      list[100:]  => []
      list[:-100:-4]  => [9,5,1]
      list[-2::-3]  => [8,5,2]
      list[:]  => [0,1,2,3,4,5,6,7,8,9]
      list[::]  => [0,1,2,3,4,5,6,7,8,9]
      list[1::2]  => [1,3,5,7,9]
      list[0:4:100]  => [0]
      a[0:2]  => null
      nested[]  => [1,2,3,[4,5],6]
      nested[][]  => [1,2,3,4,5,6]
      nested[][][]  => [1,2,3,4,5,6]
      nested[*][0]  => [1,3]
      nested[*] | [0]  => [1,2]
      nested[].a  => []
      nested[*][]  => [1,2,3,[4,5],6]
      nested[0][1]  => 2
      nested[1][1][0]  => 4
      objects.*  => [{"n":1},{"n":2},{"m":3}]
      objects.*.n  => [1,2]
      objects.* | [0]  => {"n":1}
      objects.*.[n]  => [[1],[2],[null]]
      objects.*.{v: n}  => [{"v":1},{"v":2},{"v":null}]
      objects.*[0]  => []
      *.b  => [{"c":{"d":"deep"}}]
      *.b.c  => [{"d":"deep"}]
      *[0]  => [0,[1,2],1,"pear",3,{"k":"b","v":1},[{"n":1},{"n":2}]]
      [*]  => null
      [0]  => null
      []  => null
      [?a]  => null
      list[*]  => [0,1,2,3,4,5,6,7,8,9]
      list[]  => [0,1,2,3,4,5,6,7,8,9]
      list[?@ > `6`]  => [7,8,9]
      list[?@ == `3` || @ == `4`]  => [3,4]
      list[?@ > `2`] | [?@ < `5`]  => [3,4]
      list[?@ > `2`][?@ > `0`]  => []
      list[?`true`] | length(@)  => 10
      mixed[?@ == `1`]  => [1]
      mixed[?@ == '1']  => ["1"]
      mixed[?@ == `true`]  => [true]
      mixed[?@ == `null`]  => []
      mixed[?@ == `{"n": 1}`]  => [{"n":1}]
      mixed[?@ == `[1]`]  => [[1]]
      mixed[?@]  => [1,"1",true,{"n":1},[1]]
      mixed[?type(@) == 'number']  => [1]
      mixed[].type(@)  => ["number","string","boolean","null","object","number"]
      mixed[*].type(@)  => ["number","string","boolean","null","object","array"]
      contains(mixed, `{"n": 1}`)  => true
      contains(mixed, `[1]`)  => true
      contains(mixed, '2')  => false
      contains(words, 'fig')  => true
      contains('figs', 'fig')  => true
      contains('figs', 'x')  => false
      contains(strings.s, 'él')  => true
      length(strings.s)  => 5
      length(strings)  => 2
      length(emptyList)  => 0
      length('')  => 0
      reverse(strings.s)  => "olléh"
      reverse(list[:3])  => [2,1,0]
      sort(words)  => ["apple","apple","fig","pear"]
      sort(numbers)  => [-2,1.5,3,3]
      sort(emptyList)  => []
      max(numbers)  => 3
      min(numbers)  => -2
      max(words)  => "pear"
      min(words)  => "apple"
      max(emptyList)  => null
      min(emptyList)  => null
      avg(emptyList)  => null
      sum(emptyList)  => 0
      sum(numbers)  => 5.5
      avg(list)  => 4.5
      abs(neg)  => 7
      abs(half)  => 2.5
      ceil(half)  => 3
      floor(half)  => 2
      ceil(neg)  => -7
      floor(`-2.5`)  => -3
      ceil(`-2.5`)  => -2
      abs(`-0.5`)  => 0.5
      sort_by(rows, &k)[].v  => [2,2.5,1,0]
      sort_by(rows, &v)[].k  => ["b","b","a","a"]
      sort_by(rows, &to_string(v))[].v  => [0,1,2,2.5]
      sort_by(emptyList, &k)  => []
      max_by(rows, &k).v  => 1
      min_by(rows, &k).v  => 2
      max_by(rows, &v).k  => "a"
      max_by(emptyList, &k)  => null
      min_by(emptyList, &k)  => null
      map(&k, rows)  => ["b","a","b","a"]
      map(&missing, rows)  => [null,null,null,null]
      map(&[k, v], rows[:1])  => [["b",1]]
      map(&@, list[:2])  => [0,1]
      join('', words)  => "pearapplefigapple"
      join('-', emptyList)  => ""
      merge(objects.x, objects.z)  => {"n":1,"m":3}
      merge(`{}`)  => {}
      keys(objects)  => ["x","y","z"]
      values(objects.x)  => [1]
      keys(emptyObject)  => []
      starts_with('abc', '')  => true
      ends_with('abc', 'bc')  => true
      starts_with('abc', 'b')  => false
      emptyList || 'e'  => "e"
      emptyObject || 'o'  => "o"
      nulls[]  => [1]
      nulls[*]  => [1]
      nulls[?@ == null]  => []
      nulls == `[null, 1, null]`  => true
      objects.x == `{"n": 1}`  => true
      emptyObject == `{}`  => true
      big  => 9007199254740993
      matrix[].n  => [1,2,3]
      matrix[][].n  => [1,2,3]
      matrix[*][*].n  => [[1,2],[3]]
      matrix[*][0].n  => [1,3]
      matrix[0][*].n  => [1,2]
      matrix[*][?n > `1`].n  => [[2],[3]]
      matrix[][?n > `1`]  => []
      [a.b.c.d, list[0]]  => ["deep",0]
      {x: a.b.c.d, y: {z: list[1]}}  => {"x":"deep","y":{"z":1}}
      {"with space": t}  => {"with space":true}
      a.{b: b.c.d}  => {"b":"deep"}
      a.[b.c.d, missing]  => ["deep",null]
      a.[b][0]  => {"c":{"d":"deep"}}
      a.b.c.d | @  => "deep"
      a.b | c | d  => "deep"
      a.b || t && f  => {"c":{"d":"deep"}}
      f || t && f  => false
      (f || t) && f  => false
      !f && t  => true
      !a.b  => null
      !(a.b)  => false
      t == !f  => true
      `1`  => 1
      `"text"`  => "text"
      `[1, {"a": null}]`  => [1,{"a":null}]
      `{"a": [true, false]}`  => {"a":[true,false]}
      `bare text`  => "bare text"
      ` 7 `  => 7
      ` lead`  => "lead"
      ``  => ""
      ` `  => ""
      `trail `  => "trail "
      `nul`  => "nul"
      `01`  => "01"
      `-`  => "-"
      `{a`  => "{a"
      `[1,`  => "[1,"
      `'a'`  => "'a'"
      `\``  => "`"
      `\"x`  => "\"x"
      `caf\u00e9`  => "café"
      `1 2`  => "1 2"
      `a.b`  => "a.b"
      `2024-01-15T10:00:00Z`  => "2024-01-15T10:00:00Z"
      `✓`  => "✓"
      `a\`b`  => "a`b"
      `"\\u00e9\\n"`  => "\\u00e9\\n"
      'raw'  => "raw"
      'it\'s'  => "it's"
      'a\b'  => "a\\b"
      '"'  => "\""
      ''  => ""
      tick == 'a`b'  => true
      quote == 'it\'s'  => true
      'a' == `a`  => true
      'a' < 'b'  => true
      'B' < 'a'  => true
      `1` < `2`  => true
      `null` < `1`  => null
      `[1]` < `[2]`  => null
      t < `2`  => null
      a.b.c.d == 'deep' && 'found' || 'lost'  => "found"
      list | [?@ > `7`] | [0]  => 8
      list[?@ > `7`] | sum(@)  => 17
      rows[?k == 'a'] | [*].v  => [2,2.5]
      rows[*].{k: k} | [0].k  => "b"
      rows[].values(@)[]  => ["b",1,"a",2,"b",0,"a",2.5]
      rows[].to_string(@)  => ["{\"k\":\"b\",\"v\":1}","{\"k\":\"a\",\"v\":2}","{\"k\":\"b\",\"v\":0}","{\"k\":\"a\",\"v\":2.5}"]
      to_string(a.b.c)  => "{\"d\":\"deep\"}"
      to_string(list[:2])  => "[0,1]"
      to_string('x')  => "x"
      type(`null`)  => "null"
      not_null(`null`, `false`)  => false
      length(to_array(words))  => 4
      to_array(a)  => [{"b":{"c":{"d":"deep"}}}]
      list[ 1 ]  => 1
      list[ 1 : 3 ]  => [1,2]
      sum( list )  => 45
      words[?length(@) == `5`]  => ["apple","apple"]
      words[?@ != 'apple' && @ != 'fig'] | [0]  => "pear"
      rows[?v > `1` && k == 'a' || v == `0`].v  => [2,0,2.5]
      objects.*.n | sum(@)  => 3
      objects | keys(@) | sort(@) | [-1]  => "z"
      objects | values(@)[0].n  => 1
      a.b.c.length(d)  => 4
      rows[0].merge(@, `{"z": 1}`)  => {"k":"b","v":1,"z":1}
      """#)

  /// A document and queries on it.
  struct Table: Sendable {
    let document: String
    let cases: String

    /// The lines taken apart.
    var all: [JMESPathCase] {
      cases.split(separator: "\n").compactMap { line in
        guard let arrow = line.ranges(of: "  => ").last else { return nil }
        let (start, end) = (arrow.lowerBound, arrow.upperBound)
        return JMESPathCase(
          document: document, query: String(line.prefix(upTo: start)), expected: String(line.suffix(from: end)))
      }
    }
  }
}

/// A query on a document, and its result as compact JSON.
struct JMESPathCase: Sendable, CustomTestStringConvertible {
  let document: String
  let query: String
  let expected: String
  var testDescription: String { query }
}
