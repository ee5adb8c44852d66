using System.Text.RegularExpressions;
using Sluice.TestKit.Conformance;
using Sluice.Tests.Tree;

namespace Sluice.Tests.Docs;

/// <summary>docs/semantics.md is a contract: each of its statements names its source and what holds it, and that exists.</summary>
public sealed partial class SemanticsTests
{
    private const string Header = "| statement | RFC | held by |";
    private static readonly string[] Lines = File.ReadAllLines(ConformanceVerdicts.Document);
    private static readonly IReadOnlyList<ConformanceVerdict> Verdicts = ConformanceVerdicts.Parse(File.ReadAllText(ConformanceVerdicts.File));

    [Fact]
    public void Statements_All_NameTheirSectionAndATestThatIsThere()
    {
        var tests = TestNames();
        var names = new HashSet<string>(tests.Concat(Verdicts.Where(verdict => verdict.Passed).Select(verdict => "suite:" + verdict.Id)).Concat(Verdicts.Select(verdict => "group:" + verdict.Group)));
        var offences = new List<string>();
        foreach (var statement in Statements())
        {
            var cells = statement.Split(" | ");
            var holders = Code().Matches(cells[^1]).Select(match => match.Groups[1].Value).ToList();
            if (cells.Length != 3 || !Source().IsMatch(cells[1])) offences.Add($"names no section: {statement}");
            if (holders.Count == 0) offences.Add($"names no test: {statement}");
            offences.AddRange(holders.Where(name => !names.Contains(name)).Select(name => $"there is no {name}: {statement}"));
        }

        Assert.True(offences.Count == 0, string.Join('\n', offences));
        Assert.True(Statements().Count() > 40);
    }

    [Fact]
    public void Verdicts_ThatAreNotPassed_AreExplained()
    {
        var explained = Lines.SkipWhile(line => !line.StartsWith("| test | why |", StringComparison.Ordinal)).Skip(2).TakeWhile(line => line.StartsWith('|'))
            .SelectMany(line => Code().Matches(line[..Math.Max(0, line.LastIndexOf(" | ", StringComparison.Ordinal))]).Select(match => match.Groups[1].Value)).ToList();
        Assert.Equal(Verdicts.Where(verdict => !verdict.Passed).Select(verdict => verdict.Id).Order(), explained.Order());
    }

    [Fact]
    public void Table_OfTheSuite_IsMadeFromTheVerdicts()
    {
        var document = File.ReadAllText(ConformanceVerdicts.Document);
        Assert.Equal(ConformanceVerdicts.WithTable(document, Verdicts), document);
    }

    private static IEnumerable<string> Statements()
    {
        var inside = false;
        foreach (var line in Lines)
        {
            if (line == Header) inside = true;
            else if (!line.StartsWith('|')) inside = false;
            else if (inside && !line.StartsWith("|---", StringComparison.Ordinal)) yield return line;
        }
    }

    private static IEnumerable<string> TestNames() =>
        from file in Repository.Files("tests", "*Tests.cs")
        let type = Path.GetFileNameWithoutExtension(file)
        from Match method in Method().Matches(File.ReadAllText(Repository.Absolute(file)))
        select $"{type}.{method.Groups[1].Value}";

    [GeneratedRegex("`([^`]+)`")]
    private static partial Regex Code();

    [GeneratedRegex(@"^(own|.*\d{4} §\d)")]
    private static partial Regex Source();

    [GeneratedRegex(@"\[(?:Fact|Theory)\b[^\n]*\n(?:\s*\[.*\n)*\s*public (?:async )?(?:Task|ValueTask|void) (\w+)\(")]
    private static partial Regex Method();
}
