using System.Reflection;

namespace Sluice.Tests.Tree;

/// <summary>References form a star: the program refers to every leaf, a leaf to Core only, Core to nothing (DESIGN section 3).</summary>
public sealed class ReferenceGraphTests
{
    private const string Program = "Sluice";
    private const string Core = "Sluice.Core";

    [Fact]
    public void Core_ProjectReferences_AreNone() => Assert.Empty(Find(Core).Projects);

    [Fact]
    public void Leaf_ProjectReferences_AreCoreOnly()
    {
        var leaves = Leaves().ToArray();
        Assert.NotEmpty(leaves);
        Assert.All(leaves, leaf => Assert.Equal([Core], leaf.Projects));
    }

    [Fact]
    public void Program_ProjectReferences_AreEveryOtherProject() =>
        Assert.Equal(
            Project.AllSources.Select(project => project.Name).Where(name => name != Program).Order(StringComparer.Ordinal),
            Find(Program).Projects.Order(StringComparer.Ordinal));

    [Fact]
    public void Core_ProjectFile_AsksForNoWebFrameworkAndNoCloud()
    {
        var core = Find(Core);
        Assert.Empty(core.Frameworks);
        Assert.DoesNotContain(core.Packages, IsForeignToCore);
    }

    [Fact]
    public void Core_CompiledReferences_HoldNoWebFrameworkAndNoCloud() =>
        Assert.DoesNotContain(Assembly.Load(Core).GetReferencedAssemblies(), reference => IsForeignToCore(reference.Name!));

    [Fact]
    public void CloudPackages_AreUsedByS3Only() =>
        Assert.Equal(
            ["Sluice.S3"],
            Project.AllSources.Where(project => project.Packages.Any(IsCloud)).Select(project => project.Name));

    private static Project Find(string name) => Assert.Single(Project.AllSources, project => project.Name == name);

    private static IEnumerable<Project> Leaves() => Project.AllSources.Where(project => project.Name is not (Program or Core));

    private static bool IsCloud(string name) => name.StartsWith("AWSSDK.", StringComparison.OrdinalIgnoreCase);

    private static bool IsForeignToCore(string name) =>
        IsCloud(name) || name.StartsWith("Microsoft.AspNetCore", StringComparison.OrdinalIgnoreCase) || name.Contains("Redis", StringComparison.OrdinalIgnoreCase);
}
