using Sluice.Configuration;

namespace Sluice.Commands;

/// <summary>What serve prints once it serves.</summary>
internal static class Greeting
{
    /// <summary>What is served, where, and one line to try.</summary>
    public static string For(SluiceOptions options, ListenAddress edge, ListenAddress api)
    {
        var lines = new List<string> { $"Sluice {ProgramVersion.Text} serves" };
        foreach (var route in options.Routes)
            lines.Add($"  {route.Pattern,-10} from {string.Join(", then ", route.Origins)}");
        var tls = options.Edge.Tls;
        var isSecure = tls is { Certificate: not null, Listen: null };
        var local = isSecure ? "https" + edge.Url["http".Length..] : edge.Url;
        var viewers = options.Edge.BaseUrl?.ToString().TrimEnd('/') ?? local;
        lines.Add($"  edge       {viewers}{(options.Edge.BaseUrl is null ? "" : $" (listening on {edge})")}");
        if (tls.Listen is { } secure)
            lines.Add($"  TLS        https{secure.Url["http".Length..]}");
        lines.Add($"  API        {api.Url}{(options.Monitoring.Enabled ? ", in a browser the dashboard" : "")}");
        if (options.Catalog.Enabled && options.Catalog.IsWritten())
            lines.Add($"  videos     {api.Url}/videos, in {options.Catalog.Files()}");
        lines.Add($"  cache      {Tier(options.Cache.Memory)} memory, {Tier(options.Cache.Disk)} disk{(options.Cache.Disk > 0 ? " in " + options.Cache.Directory : "")}");
        if (RedisSetup.Options(options.Redis) is { } redis)
            lines.Add($"  redis      {redis.Host}:{redis.Port}{(options.Redis!.Objects.Share ? "" : ", objects not shared")}");
        // What needs a token, a signature or a derivative would be refused to who just tries it.
        var tried = options.Routes.FirstOrDefault();
        var sample = tried?.PlaybackKey is null ? Sample(options) : null;
        if (sample is not null)
            lines.Add($"Try: curl -sI{(isSecure ? "k" : "")} {local}{sample}");
        if (sample is not null && tried is { Video: { Enabled: true, SigningKeys.Count: 0, DerivativesOnly: false } } && sample.EndsWith(".mp4", StringComparison.OrdinalIgnoreCase))
            lines.Add($"     curl -s{(isSecure ? "k" : "")} '{local}{sample}?mode=frame&time=1s&width=320' -o frame.jpg");
        return string.Join(Environment.NewLine, lines) + Environment.NewLine;
    }

    private static string Tier(long bytes) => bytes > 0 ? ByteSize.Display(bytes) : "no";

    // A file that is there makes a better example than one that is not.
    private static string? Sample(SluiceOptions options)
    {
        if (options.Routes.Count == 0)
            return "/";
        var route = options.Routes[0];
        if (route.Pattern != "/*" || route.Origins[0].Folder is not { } folder)
        {
            var path = route.Pattern.EndsWith("/*", StringComparison.Ordinal) ? route.Pattern[..^1] : route.Pattern;
            return path.AsSpan().ContainsAny('*', '?') ? null : path;
        }
        var files = new EnumerationOptions { IgnoreInaccessible = true, AttributesToSkip = FileAttributes.Hidden | FileAttributes.System };
        var file = Directory.EnumerateFiles(folder, "*", files).Take(1000).Select(Path.GetFullPath).Except(options.OwnFiles()).Select(Path.GetFileName)
            .OrderBy(f => f!.EndsWith(".mp4", StringComparison.OrdinalIgnoreCase) ? 0 : 1).ThenBy(f => f, StringComparer.Ordinal).FirstOrDefault();
        return file is null ? "/" : "/" + Uri.EscapeDataString(file);
    }
}
