import AcrCore
import AcrRuntime
import AcrText

/// A report as JUnit's XML, which pipelines show as tests: a repository is a class, a tag is a test.
struct ReportJUnit {
  private let report: Report

  init(_ report: Report) { self.report = report }

  var text: String {
    let items = report.items
    var cases = ""
    var failures = 0
    for item in items {
      let group = item.group.isEmpty ? report.command : item.group
      let name = item.name.isEmpty ? item.group : item.name
      cases += "    <testcase classname=\"\(escaped(group))\" name=\"\(escaped(name))\""
      if item.outcome == .failed {
        failures += 1
        let reason = escaped(item.reason ?? item.action)
        cases +=
          ">\n      <failure type=\"\(escaped(item.kind ?? item.action))\" message=\"\(reason)\"/>\n    </testcase>\n"
      } else {
        cases += ">\n      <system-out>\(escaped(item.action)), \(item.bytes) bytes</system-out>\n    </testcase>\n"
      }
    }
    var problems: [(type: String, message: String)] = []
    if let error = report.error {
      problems.append((error.kind, error.message))
    } else if report.ended == nil {
      problems.append(("killed", "the run has not ended, or was killed"))
    }
    for problem in problems {
      cases += """
            <testcase classname="\(escaped(report.command))" name="the run">
              <error type="\(escaped(problem.type))" message="\(escaped(problem.message))"/>
            </testcase>

        """
    }
    let counts =
      "tests=\"\(items.count + problems.count)\" failures=\"\(failures)\" errors=\"\(problems.count)\""
    var suite = "name=\"\(escaped(ReportWords.title(report)))\" \(counts) skipped=\"0\""
    if let started = report.started { suite += " timestamp=\"\(escaped(started))\"" }
    if let host = report.host { suite += " hostname=\"\(escaped(host))\"" }
    return """
      <?xml version="1.0" encoding="UTF-8"?>
      <testsuites \(counts)>
        <testsuite \(suite)>
      \(cases)  </testsuite>
      </testsuites>

      """
  }

  /// What XML cannot hold (most control characters) is written as an escape that can be read.
  private func escaped(_ text: String) -> String { Markup.html(TerminalText.visible(text)) }
}
