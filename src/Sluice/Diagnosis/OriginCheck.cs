using System.Globalization;
using Sluice.Configuration;
using Sluice.Core.Objects;
using Sluice.Core.Origins;
using Sluice.Hosting;
using Sluice.S3.Objects;

namespace Sluice.Diagnosis;

/// <summary>The origins: can they be reached and read, and do they answer ranges.</summary>
internal sealed class OriginCheck(OriginFactory factory, TimeProvider time)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    /// <summary>Asks an origin for a byte of <paramref name="path"/>, or of what it can find by itself.</summary>
    public async Task<Finding> RunAsync(OriginSection options, string? path, CancellationToken cancellation)
    {
        var subject = $"origin {options}";
        using var patience = new CancellationTokenSource(Patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellation);
        try
        {
            var origin = factory.Create(options);
            using (origin as IDisposable)
            {
                if (origin is S3Origin bucket && path is null)
                    return FromProbe(subject, await bucket.ProbeAsync(either.Token));
                var target = path ?? (options.Folder is { } folder ? FirstFile(folder) : "/");
                return target is null
                    ? Finding.Warn(subject, "can be read, and holds no file", "put the media there")
                    : await FetchAsync(subject, origin, target, path is null && options.Url is not null, either.Token);
            }
        }
        catch (Exception e) when (e is SetupException or OriginException or UnauthorizedAccessException)
        {
            return Finding.Fail(subject, e.Message, "check its address, and that this machine and user may reach it");
        }
        catch (OperationCanceledException) when (patience.IsCancellationRequested)
        {
            return Finding.Fail(subject, $"no answer within {Patience.TotalSeconds:0} s", "check its address, and that this machine may reach it");
        }
    }

    private async Task<Finding> FetchAsync(string subject, IOrigin origin, string path, bool guessed, CancellationToken cancellation)
    {
        var begun = time.GetTimestamp();
        await using var answer = await origin.FetchAsync(new OriginRequest { Path = path, Range = new ByteRange(0, 0) }, cancellation);
        var took = string.Create(CultureInfo.InvariantCulture, $"{time.GetElapsedTime(begun).TotalMilliseconds:0} ms");
        return answer.Status switch
        {
            206 => Finding.Ok(subject, $"answers {path} and ranges, in {took}"),
            >= 500 => Finding.Fail(subject, $"answers {path} with {answer.Status}", "look into its own log"),
            _ when guessed => Finding.Ok(subject, $"answers {path} with {answer.Status} in {took}; to check ranges name a file with --path"),
            200 => Finding.Warn(subject, $"answers {path}, but not ranges: it sent the whole file", "seeking in a file that is not cached yet will fetch all of it"),
            401 or 403 => Finding.Fail(subject, $"refuses {path} with {answer.Status}", "check its permissions"),
            _ => Finding.Fail(subject, $"answers {path} with {answer.Status}", "check the path"),
        };
    }

    private static Finding FromProbe(string subject, S3ProbeResult result) => result.Readable switch
    {
        true => Finding.Ok(subject, result.Message),
        null => Finding.Warn(subject, result.Message, "put the media there"),
        false => Finding.Fail(subject, result.Message, "see docs/operations.md, What errors mean"),
    };

    private static string? FirstFile(string folder)
    {
        var options = new EnumerationOptions { RecurseSubdirectories = true, MaxRecursionDepth = 3, IgnoreInaccessible = true };
        // Neither of an empty file is there a first byte to ask for, nor of a pipe or of a link that leads nowhere.
        var file = new DirectoryInfo(folder).EnumerateFiles("*", options).FirstOrDefault(f => f.Length > 0 && f.ResolveLinkTarget(returnFinalTarget: true) is not { Exists: false });
        return file is null ? null : "/" + string.Join('/', Path.GetRelativePath(folder, file.FullName).Split('/').Select(Uri.EscapeDataString));
    }
}
