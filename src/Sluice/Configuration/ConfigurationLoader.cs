using System.Collections.Frozen;

namespace Sluice.Configuration;

/// <summary>Puts the configuration together and checks it. Every error is found in one go.</summary>
internal static class ConfigurationLoader
{
    /// <summary>The file used when none is named.</summary>
    public const string DefaultFile = "sluice.json";

    private const string Prefix = "SLUICE__";

    private static readonly FrozenDictionary<string, string> OriginFlags = new Dictionary<string, string> { ["--endpoint"] = "endpoint", ["--region"] = "region", ["--profile"] = "profile", ["--path-style"] = "pathStyle" }.ToFrozenDictionary();

    /// <summary>Loads. With errors the options are what could be understood, and must not be used to serve.</summary>
    public static (SluiceOptions Options, IReadOnlyList<ConfigurationError> Errors) Load(ConfigurationSources sources)
    {
        var errors = new List<ConfigurationError>();
        var root = ReadFile(sources, errors) ?? new ConfigurationNode(ConfigurationNodeKind.Section, "");
        ApplyEnvironment(root, sources.Environment.Where(variable => !IsLink(variable)).ToDictionary(), errors);
        ApplyFlags(root, sources.Flags, errors);
        ApplyOrigin(root, sources, errors);
        var options = new SluiceOptions();
        // One that is not there yet will be read by the next reload or start.
        options.MarkFile(FileOf(sources) is { Length: > 0 } file ? file : DefaultFile);
        SettingTree.Root.Bind(options, root, "", errors);
        ConfigurationRules.Check(options, root, errors);
        return (options, errors);
    }

    private static ConfigurationNode? ReadFile(ConfigurationSources sources, List<ConfigurationError> errors)
    {
        var file = FileOf(sources);
        if (file is null)
            return null;
        if (file is "")
        {
            errors.Add(new("SLUICE_CONFIG", "", "is empty", "name a file, or unset it to use ./sluice.json where there is one"));
            return null;
        }
        return ConfigurationFile.Read(file, errors);
    }

    private static string? FileOf(ConfigurationSources sources) =>
        sources.File ?? sources.Environment.GetValueOrDefault("SLUICE_CONFIG") ?? (File.Exists(DefaultFile) ? DefaultFile : null);

    private static void ApplyEnvironment(ConfigurationNode root, IReadOnlyDictionary<string, string> environment, List<ConfigurationError> errors)
    {
        foreach (var setting in SettingTree.Root.References(""))
            if (setting.Alias is { } alias && environment.TryGetValue(alias, out var value))
                Put(root, setting.Path.Split('.'), value, alias, errors);
        // In order, so that list items 0, 1, 2 arrive in that order whatever order the system hands them over in.
        foreach (var (name, value) in environment.Where(v => v.Key.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase)).OrderBy(v => v.Key, NaturalOrder))
            Put(root, name[Prefix.Length..].Split("__"), value, name, errors);
        errors.AddRange(environment.Keys.Select(Misspelt).OfType<ConfigurationError>());
    }

    // So Kubernetes tells every pod of the service redis, tcp://10.96.0.7:6379 in REDIS_PORT, and of the service sluice-redis.
    private static bool IsLink(KeyValuePair<string, string> variable) =>
        variable.Key.EndsWith("_PORT", StringComparison.Ordinal) && !variable.Key.StartsWith(Prefix, StringComparison.Ordinal) && variable.Value.StartsWith("tcp://", StringComparison.Ordinal);

    // "SLUICE_CACHE_MEMORY" would be without effect, and without a word. What only begins like a setting is left alone: Kubernetes calls services so.
    private static ConfigurationError? Misspelt(string name) =>
        name.StartsWith("SLUICE_", StringComparison.OrdinalIgnoreCase) && !name.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase)
        && SettingTree.Root.References("").FirstOrDefault(setting => Squeezed(setting.Variable).Equals(Squeezed(name), StringComparison.OrdinalIgnoreCase)) is { } meant && !name.Equals(meant.Alias, StringComparison.OrdinalIgnoreCase)
            ? new(name, "", "sets nothing, with single underscores", $"write {meant.Variable}") : null;

    private static string Squeezed(string variable) => variable.Replace("_", "", StringComparison.Ordinal);

    private static void ApplyFlags(ConfigurationNode root, IReadOnlyDictionary<string, string> flags, List<ConfigurationError> errors)
    {
        foreach (var setting in SettingTree.Root.References(""))
            if (setting.Flag is { } flag && !OriginFlags.ContainsKey(flag) && flags.TryGetValue(flag, out var value))
                Put(root, setting.Path.Split('.'), value, flag, errors);
    }

    // ORIGIN takes the place of the origins of the only route, and keeps that route's policy.
    private static void ApplyOrigin(ConfigurationNode root, ConfigurationSources sources, List<ConfigurationError> errors)
    {
        var flags = sources.Flags.Where(f => OriginFlags.ContainsKey(f.Key)).ToList();
        if (sources.Origin is null)
        {
            errors.AddRange(flags.Select(f => new ConfigurationError(f.Key, "", "says how to reach the bucket given as ORIGIN, and there is none", "add s3://BUCKET, or set it in the routes of the file")));
            return;
        }
        if (root.Members.GetValueOrDefault("routes") is { Items.Count: > 1 } routes)
        {
            errors.Add(new("ORIGIN", "", $"the configuration has {routes.Items.Count} routes (from {routes.Source})", "leave out ORIGIN, or the routes"));
            return;
        }
        if (OriginText.Parse(sources.Origin, "ORIGIN") is not { } node)
        {
            errors.Add(new("ORIGIN", "", $"\"{sources.Origin}\" cannot be used", OriginText.Advice));
            return;
        }
        foreach (var (flag, value) in flags)
        {
            if (node.Members.ContainsKey("s3"))
                Put(node, ["s3", OriginFlags[flag]], value, flag, errors);
            else
                errors.Add(new(flag, "", $"is for buckets, and ORIGIN is {sources.Origin}", "leave it out, or give s3://BUCKET"));
        }
        var origins = new ConfigurationNode(ConfigurationNodeKind.List, "ORIGIN");
        origins.Items.Add(node);
        if (root.Put(["routes", "0", "origins"], origins) is { } error)
            errors.Add(error);
    }

    private static void Put(ConfigurationNode root, string[] path, string value, string source, List<ConfigurationError> errors)
    {
        if (root.Put(path, new ConfigurationNode(ConfigurationNodeKind.Scalar, source, value)) is { } error)
            errors.Add(error);
    }

    // "…__2__…" before "…__10__…".
    private static readonly Comparer<string> NaturalOrder = Comparer<string>.Create((a, b) =>
    {
        var (left, right) = (a.Split("__"), b.Split("__"));
        for (var i = 0; i < Math.Min(left.Length, right.Length); i++)
        {
            var order = int.TryParse(left[i], out var x) && int.TryParse(right[i], out var y) ? x.CompareTo(y) : string.CompareOrdinal(left[i], right[i]);
            if (order != 0)
                return order;
        }
        return left.Length.CompareTo(right.Length);
    });
}
