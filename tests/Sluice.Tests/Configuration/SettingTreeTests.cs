using System.Reflection;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Sluice.Configuration;
using Sluice.Tests.Tree;

namespace Sluice.Tests.Configuration;

/// <summary>Options classes, schema, reference and program are one thing said four times; here they are compared.</summary>
public sealed partial class SettingTreeTests
{
    [Fact]
    public void Tree_AgainstTheOptionsClasses_HasASettingForEveryProperty()
    {
        var settings = SettingTree.Root.References("").Select(r => r.Path.ToLowerInvariant()).Order();

        Assert.Equal(Properties(typeof(SluiceOptions), "").Order(), settings);
    }

    [Fact]
    public void Schema_InTheRepository_IsTheOneTheProgramPrints() =>
        Assert.Equal(File.ReadAllText(Path.Combine(Repository.Root, "docs", "sluice.schema.json")), SettingsText.Schema());

    // "512M", as Docker writes it, was good to the editor and not to the program; "10mb" the other way round.
    [Theory]
    [InlineData("512")]
    [InlineData("512M")]
    [InlineData("5Gi")]
    [InlineData("10mb")]
    [InlineData("1.5 GiB")]
    [InlineData("7B")]
    [InlineData("7 XB")]
    public void Schema_OfASize_TakesWhatTheProgramTakes(string text)
    {
        var pattern = JsonNode.Parse(ValueKinds.Size.Schema)!["pattern"]!.GetValue<string>();

        Assert.Equal(ValueKinds.Size.Parse(text, out _), Regex.IsMatch(text, pattern));
    }

    [Fact]
    public void Reference_InTheDocumentation_IsTheOneTheProgramPrints() =>
        Assert.Contains(SettingsText.Reference(), File.ReadAllText(Path.Combine(Repository.Root, "docs", "configuration.md")), StringComparison.Ordinal);

    public static TheoryData<string> Examples => [.. Repository.Files("docs", "*.md").SelectMany(file => Example().Matches(File.ReadAllText(Repository.Absolute(file))))
        .Select(found => found.Value.Replace("```json", "", StringComparison.Ordinal).Trim('`', '\n', ' ')).Select(text => text.StartsWith('"') ? $"{{ {text} }}" : text)
        .Where(text => SettingTree.Root.Settings.Any(setting => Regex.IsMatch(text, $"^\\{{\\s*\"(\\$schema|{setting.Name})\"")))];

    [Theory]
    [MemberData(nameof(Examples))]
    public void Example_InTheDocumentation_IsAConfiguration(string example)
    {
        var (options, errors) = (new SluiceOptions(), new List<ConfigurationError>());
        var root = ConfigurationFile.Parse(System.Text.Encoding.UTF8.GetBytes(example), "example", errors)!;

        SettingTree.Root.Bind(options, root, "", errors);
        // What stands beside others in the docs need not be whole.
        if (options.Routes.Count > 0) ConfigurationRules.Check(options, root, errors);

        Assert.DoesNotContain(errors, error => !error.Problem.StartsWith("there is no folder", StringComparison.Ordinal));
    }

    [Fact]
    public void Examples_OfEveryKindInTheDocumentation_AreFound()
    {
        foreach (var part in (string[])["\"baseUrl\": \"https://cdn.example.com\"", "\"defaultLifetime\": \"1h\",\n    \"staleWhile", "\"/live/*\"", "\"prefetch\": 2"])
            Assert.Contains(Examples, row => row.Data.Contains(part, StringComparison.Ordinal));
    }

    [Fact]
    public void References_EachSetting_HasItsOwnVariableAndASentence()
    {
        var references = SettingTree.Root.References("").ToList();

        Assert.Equal(references.Count, references.Select(r => r.Variable).Distinct(StringComparer.OrdinalIgnoreCase).Count());
        Assert.All(references, r => Assert.EndsWith(".", r.Meaning, StringComparison.Ordinal));
        Assert.Equal("SLUICE__Routes__N__Origins__N__S3__Bucket", references.Single(r => r.Path == "routes[].origins[].s3.bucket").Variable);
    }

    [Fact]
    public void Show_Secrets_AreMasked()
    {
        var options = new SluiceOptions { Api = { Token = "0123456789abcdef" } };
        var route = new RouteSection();
        route.Origins.Add(new OriginSection { Url = "http://user:hunter2@x/y" });
        options.Routes.Add(route);

        var text = SettingsText.Json(SettingTree.Root.Show(options));

        Assert.DoesNotContain("0123456789abcdef", text, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", text, StringComparison.Ordinal);
        Assert.Equal(("***", "http://***@x/y"), ((string?)JsonNode.Parse(text)!["api"]!["token"], (string?)JsonNode.Parse(text)!["routes"]![0]!["origins"]![0]!["url"]));
    }

    [Fact]
    public void Show_WhatItPrints_IsReadBackAsTheSame()
    {
        var options = new SluiceOptions { Cache = { Memory = 123_456_789, Directory = "/x y" }, Logging = { AccessLog = "stdout" } };
        var route = new RouteSection { Name = "r", StaleWhileRevalidate = TimeSpan.FromMinutes(3), AllowOrigin = null };
        route.Origins.Add(new OriginSection { Url = "http://x" });
        options.Routes.Add(route);
        var shown = SettingsText.Json(SettingTree.Root.Show(options));

        var errors = new List<ConfigurationError>();
        var again = new SluiceOptions();
        SettingTree.Root.Bind(again, ConfigurationFile.Parse(System.Text.Encoding.UTF8.GetBytes(shown), "shown", errors)!, "", errors);

        Assert.Empty(errors);
        Assert.Equal((123_456_789, "/x y", "stdout", TimeSpan.FromMinutes(3)), (again.Cache.Memory, again.Cache.Directory, again.Logging.AccessLog, again.Routes[0].StaleWhileRevalidate));
        // By default everybody may.
        Assert.Null(again.Routes[0].AllowOrigin);
    }

    private static IEnumerable<string> Properties(Type type, string path)
    {
        foreach (var property in type.GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(p => p.GetMethod is { IsStatic: false } && p.Name != nameof(OriginSection.IsComplete)))
        {
            var at = (path.Length == 0 ? "" : path + ".") + property.Name.ToLowerInvariant();
            var inner = property.PropertyType;
            if (inner.IsGenericType && inner.GetGenericTypeDefinition() == typeof(List<>))
                (inner, at) = (inner.GetGenericArguments()[0], at + "[]");
            if (inner.Namespace == typeof(SluiceOptions).Namespace && inner.IsClass)
                foreach (var below in Properties(inner, at))
                    yield return below;
            else
                yield return at;
        }
    }

    // Fenced, or a setting alone with four spaces before it.
    [GeneratedRegex("""^```json\n.*?^```|^    "[^\n]*\n(?:    [^\n]*\n)*""", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Example();
}
