namespace Sluice.Tests.Tree;

/// <summary>The checked-out tree this test program was built from.</summary>
internal static class Repository
{
    // In a linked worktree .git is a file.
    private static readonly string[] NotSources = ["bin", "obj", "artifacts", "node_modules", ".git", "TestResults"];

    public static string Root { get; } = FindRoot();

    public static string Absolute(string relative) => Path.Combine(Root, relative);

    /// <summary>Files below a folder, as paths from the root with forward slashes; nothing that a build makes.</summary>
    public static IEnumerable<string> Files(string folder, string pattern = "*") =>
        Walk(new DirectoryInfo(Absolute(folder)), pattern).Select(file => Path.GetRelativePath(Root, file.FullName).Replace('\\', '/'));

    public static int CountLines(string relative) => File.ReadLines(Absolute(relative)).Count();

    private static IEnumerable<FileInfo> Walk(DirectoryInfo folder, string pattern) =>
        folder.EnumerateFiles(pattern).Where(file => !NotSources.Contains(file.Name)).Concat(
            folder.EnumerateDirectories()
                .Where(child => !NotSources.Contains(child.Name) && child.LinkTarget is null)
                .SelectMany(child => Walk(child, pattern)));

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "Sluice.slnx"))) return folder.FullName;
        throw new DirectoryNotFoundException($"No Sluice.slnx above {AppContext.BaseDirectory}: these tests read the tree they were built from.");
    }
}
