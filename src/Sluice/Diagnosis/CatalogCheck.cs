using Sluice.Catalog;
using Sluice.Catalog.Storage;
using Sluice.Configuration;

namespace Sluice.Diagnosis;

/// <summary>The catalog, where one is configured: its database or folder, and its bucket.</summary>
internal static class CatalogCheck
{
    private const string Database = "catalog database";

    /// <summary>Looks, and leaves all as it is.</summary>
    public static async Task<IReadOnlyList<Finding>> RunAsync(CatalogSection catalog, OriginCheck origins, TimeProvider time, CancellationToken cancellation)
    {
        if (!catalog.Enabled || !catalog.IsWritten()) return [];
        var (own, hasFiles) = catalog.Database is { } address ? (await DatabaseAsync(address, time, cancellation), false) : Own(catalog.Directory);
        var findings = new List<Finding> { own };
        var files = catalog.Files();
        if (files.Folder is { } folder)
            findings.Add(hasFiles && !(Directory.Exists(folder) && Directory.EnumerateFileSystemEntries(folder).Any())
                ? Finding.Fail("catalog files", $"{folder} is empty or not there, though there are videos: uploads are refused, and nothing is transcoded", "mount its disk, or correct catalog.store; to begin anew there, make a folder .incoming in it")
                : Folder("catalog files", folder));
        else if (files.IsComplete)
            findings.Add(await origins.RunAsync(files, null, cancellation) switch
            {
                // It is empty before the first upload.
                { Level: FindingLevel.Warning } found => Finding.Ok($"catalog bucket {files}", found.Text),
                var found => found with { Subject = $"catalog bucket {files}" },
            });
        return findings;
    }

    private static async Task<Finding> DatabaseAsync(string address, TimeProvider time, CancellationToken cancellation)
    {
        try
        {
            return Finding.Ok(Database, await PostgresProbe.RunAsync(address, time, cancellation));
        }
        catch (Exception e) when (e is IOException or ArgumentException)
        {
            return Finding.Fail(Database, $"cannot be used: {e.Message}", "check that PostgreSQL runs, and catalog.database (docs/catalog.md)");
        }
    }

    private static (Finding Found, bool HasFiles) Own(string directory)
    {
        const string Subject = "catalog folder";
        try
        {
            var hasFiles = SqliteProbe.HasFiles(Path.Combine(Path.GetFullPath(directory), VideoCatalog.CatalogFile));
            return (Folder(Subject, directory), hasFiles);
        }
        catch (IOException e)
        {
            return (Finding.Fail(Subject, $"cannot be used: {e.Message}", "see docs/catalog.md"), false);
        }
    }

    private static Finding Folder(string subject, string folder)
    {
        var path = Path.GetFullPath(folder);
        return DirectoryCheck.Problem(path) is { } reason
            ? Finding.Fail(subject, $"{path} cannot be used: {reason}", "make it writable for this user, or choose another with --catalog")
            : Finding.Ok(subject, $"{path} {(Directory.Exists(path) ? "is writable" : "can be created")}");
    }
}
