using System.CommandLine;
using Sluice.Configuration;
using Sluice.Redis;
using Sluice.S3.Downloads;

namespace Sluice.Commands;

/// <summary>The options of commands that use the download cache, and what they do with its failures.</summary>
internal sealed class DownloadFlags
{
    private const string IndexFile = "index.db";

    private readonly Option<string?> _file = new("--config") { HelpName = "FILE", Description = $"Configuration file, of which section downloads is used. Default: ./{ConfigurationLoader.DefaultFile} where there is one." };
    private readonly Option<string?> _directory = new("--cache-dir") { HelpName = "PATH", Description = "The cache directory. Default: CACHE_DIR, else ~/.sluice/cache." };
    private readonly Option<bool> _verbose = new("--verbose") { Description = "Tell what happens on the way, and the details of cache trouble." };
    private readonly Option<bool> _json = new("--json") { Description = "Write the result as JSON." };
    private readonly Option<string?> _endpoint = new("--endpoint") { HelpName = "URL", Description = "URL of an S3-compatible server. Default: AWS." };
    private readonly Option<string?> _region = new("--region") { HelpName = "TEXT", Description = "Region to sign for. Default: from the AWS chain." };
    private readonly Option<string?> _profile = new("--profile") { HelpName = "TEXT", Description = "Profile in the AWS configuration files; part of a file's identity. Default: from the AWS chain." };

    private readonly Option<bool?> _pathStyle = PathStyleOption();
    private readonly Option<bool> _pays = PaysOption();
    private readonly Option<bool> _noMd5 = new("--no-md5") { Description = "Do not take an ETag that looks like an MD5 for that of the bytes: for servers whose ETags look like one and are none." };

    private readonly bool _asks;

    /// <summary>Adds those of every such command; with <paramref name="asks"/> those of one that fetches.</summary>
    public DownloadFlags(Command command, bool asks)
    {
        _asks = asks;
        foreach (var option in asks ? (Option[])[_endpoint, _region, _profile, _pathStyle, _pays, _noMd5] : []) command.Options.Add(option);
        foreach (var option in (Option[])[_json, _directory, _file, _verbose]) command.Options.Add(option);
    }

    /// <summary>True when JSON is wanted.</summary>
    public bool Json(ParseResult parsed) => parsed.GetValue(_json);

    /// <summary>Opens the cache, uses it, and turns whatever goes wrong into one line and an exit code.</summary>
    public async Task<int> UseAsync(ParseResult parsed, Terminal terminal, Func<S3DownloadCache, Task<int>> use)
    {
        var (settings, errors) = ConfigurationLoader.Load(new() { File = parsed.GetValue(_file), Environment = terminal.Environment });
        var shares = _asks && settings.Downloads is { Share: true, Enabled: true };
        // A mistake in a route is none of this command's business.
        var wrong = errors.Where(error => error.Path.Length == 0 || error.Path.StartsWith("downloads", StringComparison.Ordinal) || (shares && error.Path.StartsWith("redis", StringComparison.Ordinal))).ToList();
        if (wrong.Count > 0) return ConfigurationFlags.Complain(wrong, terminal);
        var options = settings.Downloads.ToOptions();
        if (parsed.GetValue(_directory) is { } directory) options = options with { Directory = directory };
        // Who looks at one that is not there has mistyped it, and would make an empty one.
        if (!_asks && parsed.GetValue(_directory) is not null && !IsCache(options.Directory))
            return terminal.Fail(ExitCode.Usage, $"there is no download cache in {options.Directory}; name the folder that sluice get was given by --cache-dir or CACHE_DIR");
        try
        {
            var least = parsed.GetValue(_verbose) ? LogLevel.Debug : LogLevel.Warning;
            await using var redis = shares ? Redis(settings, terminal, least) : null;
            if (redis is not null) await redis.StartAsync();
            await using var cache = new S3DownloadCache(options, terminal.Time, new TerminalLogger<S3DownloadCache>(terminal, least))
            {
                Others = redis?.Stores.Open("downloads", new() { MaximumBytes = settings.Downloads.ShareMaximum }),
            };
            return await use(cache);
        }
        catch (ArgumentException failure)
        {
            return terminal.Fail(ExitCode.Usage, failure.Message);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return terminal.Fail(Code(failure), failure.Message);
        }
        catch (OperationCanceledException)
        {
            return terminal.Fail(ExitCode.Interrupted, "interrupted");
        }
    }

    // Of another program there may be files without an index, which are taken in.
    private static bool IsCache(string directory) =>
        File.Exists(Path.Combine(directory, IndexFile)) || (Directory.Exists(directory) && Directory.EnumerateDirectories(directory, "??").Any());

    /// <summary>What every download of a command wants.</summary>
    /// <exception cref="ArgumentException">The endpoint is no URL.</exception>
    public S3DownloadOptions Options(ParseResult parsed)
    {
        Uri? endpoint = null;
        if (parsed.GetValue(_endpoint) is { } given && !ValueKinds.Url.Parse(given, out endpoint))
            throw new ArgumentException($"--endpoint: {ValueKinds.Url.Problem(given)}; {ValueKinds.Url.Advice}");
        return new() { Endpoint = endpoint, Region = parsed.GetValue(_region), Profile = parsed.GetValue(_profile), ForcePathStyle = parsed.GetValue(_pathStyle), RequesterPays = parsed.GetValue(_pays), ETagIsMd5 = !parsed.GetValue(_noMd5) };
    }

    /// <summary>The option of commands that address a bucket.</summary>
    public static Option<bool?> PathStyleOption() => new("--path-style") { HelpName = "SWITCH", Description = $"{SettingTree.PathStyle} Default: {SettingTree.PathStyleDefault}." };

    /// <summary>The option of commands that ask a bucket.</summary>
    public static Option<bool> PaysOption() => new("--requester-pays") { Description = "Agree to pay for the requests, without which a bucket with \"requester pays\" denies them." };

    /// <summary>The exit code of a failure.</summary>
    public static int Code(Exception failure) => failure switch
    {
        ArgumentException => ExitCode.Usage,
        S3DownloadException { Failure: S3DownloadFailure.NotFound } => ExitCode.NotFound,
        S3DownloadException { Failure: S3DownloadFailure.Denied } => ExitCode.Refused,
        S3DownloadException { Failure: S3DownloadFailure.Network } => ExitCode.Unreachable,
        _ => ExitCode.Failure,
    };

    // That it cannot be reached the cache says.
    private static RedisNode Redis(SluiceOptions settings, Terminal terminal, LogLevel least) => RedisSetup.Options(settings.Redis) is { } options
        ? new(options, terminal.Time, new TerminalLoggerFactory(terminal, least == LogLevel.Debug ? least : LogLevel.Error))
        : throw new ArgumentException("downloads.share needs the Redis that machines share: set redis.host (REDIS_HOST), or downloads.share to false");
}
