using System.Text.RegularExpressions;

namespace Sluice.Tests.Tree;

/// <summary>The habits in numbers of DESIGN section 3: small files, one public type each, folders named by what they do.</summary>
public sealed partial class SourceFileTests
{
    private const int MaximumSourceLines = 400;
    private const int MaximumMedianSourceLines = 80;
    private const int MaximumTestLines = 500;

    [Fact]
    public void SourceFiles_Length_IsAtMost400Lines() => Offences.None(LongerThan(MaximumSourceLines, "src", "bench", "samples"));

    [Fact]
    public void SourceFiles_MedianLength_IsAtMost80Lines()
    {
        var lengths = Repository.Files("src", "*.cs").Select(Repository.CountLines).Order().ToArray();
        Assert.InRange(lengths[lengths.Length / 2], 1, MaximumMedianSourceLines);
    }

    [Fact]
    public void TestFiles_Length_IsAtMost500Lines() => Offences.None(LongerThan(MaximumTestLines, "tests"));

    [Fact]
    public void SourceFiles_PublicTypes_AreAtMostOneEach() =>
        Offences.None(
            from file in Repository.Files("src", "*.cs")
            let types = PublicTypesIn(File.ReadAllText(Repository.Absolute(file)))
            where types.Length > 1
            select $"{file}: {string.Join(", ", types)}");

    [Fact]
    public void PublicTypes_EveryKind_IsSeen()
    {
        const string source = """
            namespace A;
            /// <summary>public class Comment</summary>
            public sealed partial class One;
            public readonly record struct Two(int X);
            public static unsafe class Three
            {
                public class Nested;
            }
            public enum Four { A }
            public delegate Task<int> Five(string name);
            public interface ISix<T>;
            internal sealed class Hidden;
            public partial class One;
            """;
        Assert.Equal(["Five", "Four", "ISix", "One", "Three", "Two"], PublicTypesIn(source).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void SourceFolders_Names_SayWhatTheyHold() =>
        Assert.DoesNotContain(
            Repository.Files("src"),
            file => file.Split('/').Any(part => part is "Helpers" or "Utils" or "Utilities" or "Models" or "Interfaces" or "Common"));

    private static IEnumerable<string> LongerThan(int maximum, params string[] folders) =>
        from folder in folders
        from file in Repository.Files(folder, "*.cs")
        let lines = Repository.CountLines(file)
        where lines > maximum
        select $"{file}: {lines} lines";

    // Namespaces are file-scoped (IDE0161), so a type that is not nested starts its line.
    private static string[] PublicTypesIn(string source) =>
        [.. PublicType().Matches(source).Select(match => match.Groups["name"].Value).Distinct()];

    [GeneratedRegex(@"^public (?:(?:static|sealed|abstract|readonly|ref|partial|unsafe|new) )*(?:(?:class|struct|interface|enum|record(?: struct| class)?) (?<name>\w+)|delegate .*? (?<name>\w+)(?:<[^()]*>)?\()", RegexOptions.Multiline)]
    private static partial Regex PublicType();
}
