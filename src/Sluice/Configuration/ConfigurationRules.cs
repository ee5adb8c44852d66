using Sluice.Edge.Routes;
using Sluice.S3.Objects;
using Sluice.Video.Planning;

namespace Sluice.Configuration;

/// <summary>The rules across settings.</summary>
internal static class ConfigurationRules
{
    /// <summary>Adds an error for each rule broken. <paramref name="root"/> tells where things were written.</summary>
    public static void Check(SluiceOptions options, ConfigurationNode root, List<ConfigurationError> errors)
    {
        CheckListeners(options, root, errors);
        var presign = root.Members.GetValueOrDefault("presign")?.Source ?? "";
        errors.AddRange(PresignSetup.Options(options.Presign, "remote").Errors().Select(e => new ConfigurationError(presign, "presign", e.TrimEnd('.'), "see docs/configuration.md, presign")));
        if (options.Redis is { } redis)
            errors.AddRange(RedisSetup.Errors(redis).Select(e => new ConfigurationError(root.Members.GetValueOrDefault("redis")?.Source ?? "", "redis", e.TrimEnd('.'), "see docs/configuration.md, redis")));
        CheckCatalog(options.Catalog, root.Members.GetValueOrDefault("catalog")?.Source ?? "", errors);
        CheckTls(options.Edge, root.Members.GetValueOrDefault("edge")?.Members.GetValueOrDefault("tls"), errors);
        var names = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        var patterns = new List<string>();
        for (var i = 0; i < options.Routes.Count; i++)
        {
            var (route, path, node) = (options.Routes[i], $"routes[{i}]", root.Members["routes"].Items[i]);
            route.Name ??= $"route{i + 1}";
            if (!names.Add(route.Name))
                errors.Add(new(node.Source, $"{path}.name", $"\"{route.Name}\" names two routes", "give each route its own name"));
            // Of a pattern that was refused there is only the default, which nobody wrote.
            if (!errors.Exists(e => e.Path == $"{path}.pattern"))
                CheckPattern(route.Pattern, patterns, node.Source, $"{path}.pattern", errors);
            if (route.Origins.Count == 0)
                errors.Add(new(node.Source, $"{path}.origins", "the route has no origin", "add one, such as \"origins\": [\"./media\"]"));
            if (route.Redirect && !route.Origins.Exists(o => o.S3 is not null))
                errors.Add(new(node.Source, $"{path}.redirect", "the route has no bucket to redirect to", "add an s3 origin, or leave it out"));
            foreach (var origin in route.Origins.Where(o => o.Folder is null))
            {
                origin.ConnectTimeout ??= route.ConnectTimeout;
                origin.ResponseTimeout ??= route.ResponseTimeout;
                origin.IdleTimeout ??= route.IdleTimeout;
            }
            CheckOrigins(route, path, node, errors);
            CheckTimes(route, path, node, errors);
            if (route.Video.Enabled)
                errors.AddRange(PolicyRules.Errors(VideoSetup.Policy(options.Video, route.Video)).Select(e => new ConfigurationError(node.Source, $"{path}.video", e.TrimEnd('.'), "see docs/configuration.md, video")));
            if (!route.Cache && route.Origins.Exists(origin => origin.Url is null))
                errors.Add(new(node.Source, $"{path}.cache", "only HTTP origins can be passed on to without a cache", "leave it out, or give the origins as URLs"));
        }
        foreach (var (index, problem, remedy) in PresignSetup.RegionErrors(options))
            errors.Add(new(root.Members["presign"].Members["regions"].Items[index].Source, $"presign.regions[{index}]", problem, remedy));
    }

    private static void CheckPattern(string pattern, List<string> earlier, string source, string path, List<ConfigurationError> errors)
    {
        if (earlier.Contains(pattern))
            errors.Add(new(source, path, $"\"{pattern}\" stands in an earlier route, so this one is never used", "remove one of them"));
        else if (earlier.Find(one => Takes(one, pattern)) is { } first)
            errors.Add(new(source, path, $"\"{first}\" of an earlier route takes every path of \"{pattern}\", so this one is never used", "put it before that one"));
        earlier.Add(pattern);
    }

    /// <summary>True when every path of the second pattern matches the first too: its stars take whatever stands there for those of the second. Of question marks, which take one character, that does not show.</summary>
    private static bool Takes(string first, string second) => !first.Contains('?', StringComparison.Ordinal) && new PathPattern(first).Matches(second);

    private static void CheckCatalog(CatalogSection catalog, string source, List<ConfigurationError> errors)
    {
        var store = catalog.Store;
        if (catalog.UploadEndpoint is { } endpoint && (store.S3 is null || S3OriginOptions.EndpointError(endpoint) is not null))
            errors.Add(new(source, "catalog.uploadEndpoint", store.S3 is null ? "is for a store in a bucket" : "is not the URL of an S3 server", "write one such as https://s3.example.org beside catalog.store.s3, or leave it out"));
        if (store.Url is not null)
            errors.Add(new(source, "catalog.store.url", "an HTTP server takes no files", "write folder or s3"));
        else if (store is { Folder: not null, S3: not null })
            errors.Add(new(source, "catalog.store", "says both folder and s3", "write one of them"));
        else if (store.S3 is { Bucket.Length: 0 })
            errors.Add(new(source, "catalog.store.s3.bucket", "is missing", "write the bucket's name"));
        else
            errors.AddRange(OriginSetup.Errors(store).Select(e => new ConfigurationError(source, "catalog.store", e.TrimEnd('.'), "see docs/configuration.md, Origins")));
    }

    private static void CheckListeners(SluiceOptions options, ConfigurationNode root, List<ConfigurationError> errors)
    {
        var api = root.Members.GetValueOrDefault("api");
        var source = api?.Members.GetValueOrDefault("listen")?.Source ?? "";
        if (!options.Api.Listen.IsLoopback && options.Api.Token is null && api?.Members.ContainsKey("token") is not true)
            errors.Add(new(source, "api.listen", $"{options.Api.Listen} can be reached from other machines and the API has no token", "set SLUICE_API_TOKEN, or listen on 127.0.0.1"));
        if (options.Edge.Listen == options.Api.Listen && options.Api.Listen.Port != 0)
            errors.Add(new(source, "api.listen", $"edge and API both listen on {options.Api.Listen}", "give them different ports"));
    }

    private static void CheckTls(EdgeSection edge, ConfigurationNode? node, List<ConfigurationError> errors)
    {
        var tls = edge.Tls;
        if (tls.Certificate is null != tls.Key is null)
            errors.Add(new("", tls.Key is null ? "edge.tls.key" : "edge.tls.certificate", "is missing", "give both, as --tls-cert and --tls-key or in the file"));
        else if (tls.Listen is not null && tls.Certificate is null)
            errors.Add(new(SourceOf("listen"), "edge.tls.listen", "needs a certificate", "give --tls-cert and --tls-key"));
        else if (tls.Listen == edge.Listen && edge.Listen.Port != 0)
            errors.Add(new(SourceOf("listen"), "edge.tls.listen", "is the clear-text address too", "leave it out, so that edge.listen speaks TLS, or choose another port"));
        foreach (var (name, file) in ((string, string?)[])[("certificate", tls.Certificate), ("key", tls.Key)])
            if (file is not null && !File.Exists(file))
                errors.Add(new(SourceOf(name), $"edge.tls.{name}", $"there is no file {Path.GetFullPath(file)}", "check the path"));

        // Each may come from another place.
        string SourceOf(string name) => node?.Members.GetValueOrDefault(name)?.Source ?? "";
    }

    /// <summary>Refuses lifetimes that would do nothing, since only HTTP servers say their own, and timeouts that would: a folder has none.</summary>
    private static void CheckTimes(RouteSection route, string path, ConfigurationNode node, List<ConfigurationError> errors)
    {
        if (route.Origins.Count == 0 || !route.Origins.TrueForAll(o => o.IsComplete))
            return;
        // As config show prints it, it is no wish of anybody's. Beside an HTTP server, folders and buckets have no policy of their own either; a redirect asks no HTTP server.
        if (!route.Ttl.SaysNothing() && !route.Redirect && route.Origins.Exists(o => o.Url is not null))
            errors.Add(new(node.Members["ttl"].Source, $"{path}.ttl", "is for folders and buckets alone; HTTP servers say in Cache-Control how long an answer is fresh", "leave it out, or write defaultLifetime for answers that do not say"));
        if (route.DefaultLifetime is not null && route.Origins.TrueForAll(o => o.Url is null))
            errors.Add(new(node.Members["defaultLifetime"].Source, $"{path}.defaultLifetime", "is for HTTP servers", "write ttl.ok"));
        foreach (var (name, timeout) in ((string, TimeSpan?)[])[("connectTimeout", route.ConnectTimeout), ("responseTimeout", route.ResponseTimeout), ("idleTimeout", route.IdleTimeout)])
            if (timeout is not null && route.Origins.TrueForAll(o => o.Folder is not null))
                errors.Add(new(node.Members[name].Source, $"{path}.{name}", "is for HTTP servers and buckets", "leave it out"));
    }

    private static void CheckOrigins(RouteSection route, string path, ConfigurationNode node, List<ConfigurationError> errors)
    {
        for (var i = 0; i < route.Origins.Count; i++)
        {
            var origin = route.Origins[i];
            var (source, at) = (node.Members["origins"].Items[i].Source, $"{path}.origins[{i}]");
            var given = (origin.Folder is null ? 0 : 1) + (origin.Url is null ? 0 : 1) + (origin.S3 is null ? 0 : 1);
            var invalid = errors.Exists(e => e.Path.StartsWith(at, StringComparison.Ordinal));
            if (given != 1 && !invalid)
                errors.Add(new(source, at, given == 0 ? "says nothing" : "says more than one of folder, url and s3", "write exactly one of folder, url and s3"));
            if (origin.S3 is { Bucket.Length: 0 } && !invalid)
                errors.Add(new(source, $"{at}.s3.bucket", "is missing", "write the bucket's name"));
            else if (given == 1 && !invalid)
                errors.AddRange(OriginSetup.Errors(origin).Select(e => new ConfigurationError(source, at, e.TrimEnd('.'), "see docs/configuration.md, Origins")));
            if (origin.Folder is { } folder && !Directory.Exists(folder))
                errors.Add(new(source, $"{at}.folder", File.Exists(folder) ? $"{folder} is a file" : $"there is no folder {Path.GetFullPath(folder)}",
                    folder.Contains(':', StringComparison.Ordinal) ? "check the path; a server is http(s)://HOST[:PORT][/PREFIX], a bucket s3://BUCKET[/PREFIX]" : "check the path, or create the folder"));
        }
    }
}
