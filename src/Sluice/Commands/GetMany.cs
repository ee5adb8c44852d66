using System.Text.Json;
using Sluice.S3.Downloads;

namespace Sluice.Commands;

/// <summary>Many downloads at a time; one that fails does not keep the others.</summary>
internal sealed class GetMany(Terminal terminal, S3DownloadCache cache, S3DownloadOptions options, bool json)
{
    private const int Parallel = 4;

    /// <summary>Whether names that differ in case alone are one file in a folder.</summary>
    public Func<string, bool> IgnoresCase { get; set; } = Tries;

    /// <summary>Fetches all; the exit code of the first failure.</summary>
    /// <param name="what">Name of the whole, for progress.</param>
    /// <param name="items">Addresses, and where each goes; null for the cache's path.</param>
    /// <param name="total">Bytes of all; 0 where that is not known.</param>
    /// <param name="cancellation">Stops it.</param>
    public async Task<int> RunAsync(string what, IReadOnlyList<(string Url, string? Target)> items, long total, CancellationToken cancellation)
    {
        using var progress = new DownloadProgress(terminal, what, items.Count, total);
        var (code, failed) = (ExitCode.Ok, 0);
        await System.Threading.Tasks.Parallel.ForEachAsync(items, new ParallelOptions { MaxDegreeOfParallelism = Parallel, CancellationToken = cancellation }, async (item, stop) =>
        {
            var part = progress.Part();
            try
            {
                var wanted = options with { Progress = part };
                var result = item.Target is null ? await cache.FetchAsync(item.Url, wanted, stop) : await cache.CopyToAsync(item.Url, item.Target, wanted, stop);
                progress.Done(part, result.Size, result.FetchedBytes, () => terminal.WriteName(json ? JsonSerializer.Serialize(GetAnswer.Of(item.Url, result), DownloadJson.Line.GetAnswer) : result.Path));
            }
            catch (Exception failure) when (failure is S3DownloadException or ArgumentException)
            {
                progress.Failed(part, () =>
                {
                    terminal.Complain(failure.Message);
                    failed++;
                    if (code == ExitCode.Ok)
                        code = DownloadFlags.Code(failure);
                });
            }
        });
        progress.Finish(failed);
        return code;
    }

    /// <summary>The addresses in a file or, for "-", on standard input: one a line; empty lines and those that begin with # are passed over.</summary>
    public static List<(string, string?)> Read(string file)
    {
        if (file != "-" && !File.Exists(file))
            throw new FileNotFoundException($"{(Directory.Exists(file) ? $"{file} is a folder" : $"there is no file {file}")}; name a file with an address on each line, or - for standard input");
        var lines = file == "-" ? Console.In.ReadToEnd().Split('\n') : File.ReadAllLines(file);
        return lines.Select(line => line.Trim()).Where(line => line.Length > 0 && line[0] != '#').Distinct(StringComparer.Ordinal).Select(line => (line, (string?)null)).ToList();
    }

    /// <summary>What lies below a prefix, where each goes below a folder, and the bytes of all. A key that would leave the folder, has a folder's name, or would be the same file as another or the folder of one, ends it: nothing is written then.</summary>
    public async Task<(List<(string, string?)> Items, long Total)> ListAsync(string prefix, string folder, CancellationToken cancellation)
    {
        var root = Path.GetFullPath(folder);
        // Below s3://b/p/ a key goes by what follows; of s3://b/p, by what follows the last slash, so that p1 and p2 stay apart.
        var cut = prefix.LastIndexOf('/') + 1;
        if (cut <= "s3://".Length)
            cut = prefix.Length + 1;
        var (items, total, taken) = (new List<(string, string?)>(), 0L, new Dictionary<string, string>(StringComparer.Ordinal));
        bool? ignoresCase = null;
        var alike = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        await foreach (var (url, length) in BucketListing.ReadAsync(terminal, cache, prefix, options, cancellation))
        {
            if (url.EndsWith('/'))
                throw new ArgumentException($"{url} has {length} bytes and the name of a folder; fetch it on its own with -o");
            var target = Path.GetFullPath(Path.Combine(root, url[cut..].TrimStart('/')));
            if (!target.StartsWith(root.TrimEnd('/') + Path.DirectorySeparatorChar, StringComparison.Ordinal))
                throw new ArgumentException($"{url} would be written outside {root}; fetch it on its own with -o");
            if (!taken.TryAdd(target, url))
                throw new ArgumentException($"{taken[target]} and {url} would both be written to {target}; fetch one of them on its own with -o");
            if (!alike.TryAdd(target, url) && (ignoresCase ??= IgnoresCase(root)))
                throw new ArgumentException($"{alike[target]} and {url} would both be written to {target}, for upper and lower case are the same there; fetch one of them on its own with -o");
            items.Add((url, target));
            total += length;
        }
        foreach (var (target, url) in taken)
            for (var above = Path.GetDirectoryName(target)!; above.Length > root.Length; above = Path.GetDirectoryName(above)!)
                if (taken.TryGetValue(above, out var file))
                    throw new ArgumentException($"{file} would be written to {above}, which is a folder for {url}; fetch one of them on its own with -o");
        return (items, total);
    }

    // As exFAT does, and what Windows and macOS have: the second of two such keys took the place of the first.
    private static bool Tries(string folder)
    {
        while (!Directory.Exists(folder)) folder = Path.GetDirectoryName(folder)!;
        var name = Path.Combine(folder, $".sluice-{Guid.NewGuid():N}-");
        try
        {
            using var file = new FileStream(name + "a", FileMode.CreateNew, FileAccess.Write, FileShare.None, 1, FileOptions.DeleteOnClose);
            return File.Exists(name + "A");
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // The first file that is written says what is wrong with the folder.
            return false;
        }
    }
}
