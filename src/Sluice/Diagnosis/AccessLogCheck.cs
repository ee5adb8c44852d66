using Sluice.Configuration;

namespace Sluice.Diagnosis;

/// <summary>The access log, where it is a file: a server that cannot write it does not start.</summary>
internal static class AccessLogCheck
{
    /// <summary>Looks, and makes nothing.</summary>
    public static IEnumerable<Finding> Run(LoggingSection logging)
    {
        if (logging.AccessLog is not { } file || file == "stdout") yield break;
        var path = Path.GetFullPath(file);
        var folder = Path.GetDirectoryName(path) ?? "/";
        var problem = !Directory.Exists(folder) ? $"there is no folder {folder}" : !DirectoryCheck.MayWrite(path) ? "it may not be written" : File.Exists(path) ? null : DirectoryCheck.Problem(folder);
        yield return problem is null
            ? Finding.Ok("access log", $"{path} can be written")
            : Finding.Fail("access log", $"{path} cannot be written: {problem}", "make it writable for this user, or choose another file with --access-log, or stdout");
    }
}
