namespace Sluice.Integration.Tests;

/// <summary>What a test needs from its surroundings. Where it is absent the test shows as skipped with the reason; with CI=true it fails instead, so nothing is green by absence.</summary>
internal static class Require
{
    /// <summary>A program on PATH; answers its full path.</summary>
    public static string Command(string name)
    {
        foreach (var folder in (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries))
        {
            var file = Path.Combine(folder, name);
            if (File.Exists(file)) return file;
        }
        Missing($"{name} is not on PATH");
        return name;
    }

    /// <summary>A non-empty environment variable; answers its value.</summary>
    public static string Variable(string name, string remedy)
    {
        var value = Environment.GetEnvironmentVariable(name);
        if (string.IsNullOrEmpty(value)) Missing($"{name} is not set: {remedy}");
        return value!;
    }

    /// <summary>An S3 server that the tests may create buckets on.</summary>
    public static S3Server S3()
    {
        const string remedy = "eval \"$(eng/s3-server.sh start)\" starts an S3 server and sets it";
        return new S3Server(
            new Uri(Variable("S3_ENDPOINT", remedy)),
            Environment.GetEnvironmentVariable("S3_REGION") is { Length: > 0 } region ? region : "us-east-1",
            Variable("S3_ACCESS_KEY", remedy),
            Variable("S3_SECRET_KEY", remedy));
    }

    /// <summary>A file system of its own with mount options such as <c>size=8m</c>; needs the right to mount.</summary>
    public static Tmpfs Tmpfs(string options)
    {
        var mounted = Integration.Tests.Tmpfs.Mount(options);
        if (mounted is null) Missing("mounting a tmpfs needs root");
        return mounted!;
    }

    /// <summary>Says that something else is not there.</summary>
    public static void Missing(string reason)
    {
        if (string.Equals(Environment.GetEnvironmentVariable("CI"), "true", StringComparison.OrdinalIgnoreCase)) Assert.Fail($"Needed in CI: {reason}");
        Assert.Skip(reason);
    }
}
