using System.Text;
using Sluice.TestKit.Processes;

namespace Sluice.TestKit.Conformance;

/// <summary>The verdicts that are kept in the repository, one a line, and the table of them in docs/semantics.md.</summary>
public static class ConformanceVerdicts
{
    private const string Begin = "<!-- made from verdicts.txt -->\n";
    private const string End = "<!-- end -->\n";

    /// <summary>Where they are kept.</summary>
    public static string File { get; } = Path.Combine(SluiceProgram.Repository, "tests", "Sluice.Integration.Tests", "Conformance", "verdicts.txt");

    /// <summary>The document that has the table.</summary>
    public static string Document { get; } = Path.Combine(SluiceProgram.Repository, "docs", "semantics.md");

    /// <summary>Reads the lines "id kind verdict" below the name of their group.</summary>
    public static IReadOnlyList<ConformanceVerdict> Parse(string text)
    {
        var group = "";
        var verdicts = new List<ConformanceVerdict>();
        foreach (var line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            if (line.StartsWith("# ", StringComparison.Ordinal)) group = line[2..];
            else if (line.Split(' ') is [var id, var kind, "pass" or "fail" or "yes" or "no"]) verdicts.Add(new(group, id, kind, line.EndsWith(" pass", StringComparison.Ordinal) || line.EndsWith(" yes", StringComparison.Ordinal)));
            else throw new FormatException($"not a verdict: {line}");
        }

        return verdicts;
    }

    /// <summary>As <see cref="Parse"/> reads them.</summary>
    public static string Format(IEnumerable<ConformanceVerdict> verdicts)
    {
        var text = new StringBuilder();
        foreach (var group in verdicts.GroupBy(verdict => verdict.Group))
        {
            text.Append("# ").Append(group.Key).Append('\n');
            foreach (var verdict in group)
                text.Append(verdict.Id).Append(' ').Append(verdict.Kind).Append(' ').Append(Word(verdict)).Append('\n');
        }

        return text.ToString();
    }

    /// <summary>What changed, for a person: first what passed once and does not now. Empty for nothing.</summary>
    public static string Compare(IReadOnlyList<ConformanceVerdict> kept, IReadOnlyList<ConformanceVerdict> now, string update)
    {
        var before = kept.ToDictionary(verdict => verdict.Id);
        var after = now.ToDictionary(verdict => verdict.Id);
        var text = new StringBuilder();
        List("passed once and does not now", now.Where(verdict => !verdict.Passed && before.GetValueOrDefault(verdict.Id)?.Passed == true));
        List("is not in the suite any more", kept.Where(verdict => !after.ContainsKey(verdict.Id)));
        List("passes now", now.Where(verdict => verdict.Passed && before.GetValueOrDefault(verdict.Id)?.Passed == false));
        List("is new", now.Where(verdict => !before.ContainsKey(verdict.Id)));
        if (text.Length > 0) text.Append("When that is what was wanted: ").Append(update).Append('\n');
        return text.ToString();

        void List(string what, IEnumerable<ConformanceVerdict> changed)
        {
            foreach (var verdict in changed) text.Append(verdict.Kind).Append(' ').Append(verdict.Id).Append(' ').Append(what).Append(verdict.Seen.Length > 0 ? ": " : "").Append(verdict.Seen).Append('\n');
        }
    }

    /// <summary>How many of each group pass.</summary>
    public static string Table(IReadOnlyList<ConformanceVerdict> verdicts)
    {
        var text = new StringBuilder(Begin).Append("| group | required | optimal | checks answered yes |\n|---|---|---|---|\n");
        foreach (var group in verdicts.GroupBy(verdict => verdict.Group)) Row(group.Key, [.. group]);
        Row("**all**", verdicts);
        return text.Append(End).ToString();

        void Row(string name, IReadOnlyList<ConformanceVerdict> rows) =>
            text.Append("| ").Append(name).Append(" | ").Append(Share(rows, "required")).Append(" | ").Append(Share(rows, "optimal")).Append(" | ").Append(Share(rows, "check")).Append(" |\n");
    }

    /// <summary>The document with its table made anew.</summary>
    public static string WithTable(string document, IReadOnlyList<ConformanceVerdict> verdicts)
    {
        var begin = document.IndexOf(Begin, StringComparison.Ordinal);
        var end = document.IndexOf(End, StringComparison.Ordinal);
        if (begin < 0 || end < begin) throw new FormatException($"no place for the table: it goes between {Begin.Trim()} and {End.Trim()}");
        return document[..begin] + Table(verdicts) + document[(end + End.Length)..];
    }

    private static string Word(ConformanceVerdict verdict) => verdict.Kind == "check" ? (verdict.Passed ? "yes" : "no") : verdict.Passed ? "pass" : "fail";

    private static string Share(IReadOnlyList<ConformanceVerdict> rows, string kind)
    {
        var all = rows.Count(verdict => verdict.Kind == kind);
        return all == 0 ? "" : $"{rows.Count(verdict => verdict.Kind == kind && verdict.Passed)} of {all}";
    }
}
