using System.Xml.Linq;

namespace Sluice.Tests.Tree;

/// <summary>What one project file under src asks for.</summary>
internal sealed record Project(string Name, string[] Projects, string[] Packages, string[] Frameworks)
{
    public static Project[] AllSources { get; } = [.. Repository.Files("src", "*.csproj").Select(Read)];

    private static Project Read(string path)
    {
        var items = XDocument.Load(Repository.Absolute(path)).Descendants().ToArray();
        string[] Included(string element) => [.. items.Where(item => item.Name.LocalName == element).Select(item => (string)item.Attribute("Include")!)];
        return new Project(
            Path.GetFileNameWithoutExtension(path),
            [.. Included("ProjectReference").Select(reference => Path.GetFileNameWithoutExtension(reference.Replace('\\', '/')))],
            Included("PackageReference"),
            Included("FrameworkReference"));
    }
}
