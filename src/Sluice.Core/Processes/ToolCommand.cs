namespace Sluice.Core.Processes;

/// <summary>A program to run as a child process: no shell ever reads its arguments.</summary>
/// <param name="Program">Full path of the program: the environment is empty, so there is no PATH to look it up in.</param>
/// <param name="Arguments">Its arguments, each passed on as it is.</param>
public sealed record ToolCommand(string Program, IReadOnlyList<string> Arguments)
{
    /// <summary>Its whole environment. Default none: what this process knows (credentials above all) stays here.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    /// <summary>What it reads from its standard input. Default nothing: it finds it at its end.</summary>
    public ReadOnlyMemory<byte> Input { get; init; }

    /// <summary>The folder it works in. Default "/".</summary>
    public string Folder { get; init; } = "/";

    /// <summary>What it may use at most. Default: no bounds.</summary>
    public ToolLimits Limits { get; init; } = new();

    /// <summary>True to let everything else on the machine go first. Default true: viewers of what is made already come before those of what is being made.</summary>
    public bool GivesWay { get; init; } = true;

    /// <summary>Hears each line of its standard error as it comes; true keeps the line out of <see cref="ToolExit.Error"/>. It must be quick and must not throw. Default null.</summary>
    public Func<string, bool>? Listen { get; init; }

    /// <summary>Finds a program in the folders of PATH; null when it is in none.</summary>
    public static string? Find(string name, string? path) =>
        (path ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .Where(Path.IsPathRooted)
            .Select(folder => Path.Combine(folder, name))
            .FirstOrDefault(IsProgram);

    /// <summary>Whether there is a file that may be run.</summary>
    public static bool IsProgram(string file) =>
        File.Exists(file) && (OperatingSystem.IsWindows() || (File.GetUnixFileMode(file) & (UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute)) != 0);
}
