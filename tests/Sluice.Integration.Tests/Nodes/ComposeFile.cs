using System.Text.RegularExpressions;
using Sluice.TestKit.Processes;
using YamlDotNet.Core;
using YamlDotNet.Serialization;

namespace Sluice.Integration.Tests.Nodes;

/// <summary>eng/compose.yaml, as compose would read it: anchors and merges resolved, variables at their defaults.</summary>
internal sealed partial class ComposeFile
{
    private ComposeFile(Dictionary<string, ComposeService> services) => Services = services;

    public IReadOnlyDictionary<string, ComposeService> Services { get; }

    public static string Folder => Path.Combine(SluiceProgram.Repository, "eng");

    public static ComposeFile Read()
    {
        var text = Variable().Replace(File.ReadAllText(Path.Combine(Folder, "compose.yaml")), match => match.Groups[1].Value);
        var root = new DeserializerBuilder().Build().Deserialize<Dictionary<string, object>>(new MergingParser(new Parser(new StringReader(text))));
        return new(((Dictionary<object, object>)root["services"]).ToDictionary(pair => (string)pair.Key, pair => new ComposeService((Dictionary<object, object>)pair.Value)));
    }

    [GeneratedRegex(@"(?<!\$)\$\{[A-Z0-9_]+:-([^}]*)\}")]
    private static partial Regex Variable();
}
