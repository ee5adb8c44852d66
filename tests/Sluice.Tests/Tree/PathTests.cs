using System.Text.RegularExpressions;

namespace Sluice.Tests.Tree;

/// <summary>Nothing in the tree depends on the home folder of whoever wrote it.</summary>
public sealed partial class PathTests
{
    private static readonly string[] TextExtensions =
        [".cs", ".csproj", ".props", ".targets", ".slnx", ".json", ".md", ".sh", ".py", ".ts", ".html", ".css", ".yml", ".yaml", ".txt", ".conf", ".sql", ""];

    [Fact]
    public void TextFiles_Contents_NameNoHomeFolder() =>
        Offences.None(
            from file in Repository.Files(".")
            where TextExtensions.Contains(Path.GetExtension(file)) && !Binary(file)
            let found = HomeFolder().Match(File.ReadAllText(Repository.Absolute(file)))
            where found.Success
            select $"{file}: {found.Value}");

    [Theory]
    [InlineData("cat /home" + "/anna/notes", true)]
    [InlineData("cd '/root" + "/work'", true)]
    [InlineData(@"C:\Users" + @"\anna\x", true)]
    [InlineData("GET /videos/home/anna.mp4", false)]
    [InlineData("<section>/root</section>", false)]
    public void HomeFolder_InText_IsSeen(string text, bool expected) => Assert.Equal(expected, HomeFolder().IsMatch(text));

    // The recordings of ffmpeg share the extension of TypeScript.
    private static bool Binary(string file) => file.StartsWith("samples/", StringComparison.Ordinal) && file.EndsWith(".ts", StringComparison.Ordinal);

    [GeneratedRegex(@"(?<![\w.])(?:/home/\w[\w.-]*/|/Users/\w[\w.-]*/|/root/\w|[A-Za-z]:\\Users\\\w+)")]
    private static partial Regex HomeFolder();
}
