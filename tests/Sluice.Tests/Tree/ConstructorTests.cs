using System.Reflection;
using System.Runtime.CompilerServices;

namespace Sluice.Tests.Tree;

/// <summary>A type that needs more than six things to exist is two types (DESIGN section 3).</summary>
public sealed class ConstructorTests
{
    private const int MaximumParameters = 6;

    [Fact]
    public void Constructors_Parameters_AreAtMostSix() => Offences.None(Project.AllSources.SelectMany(project => TooWide(Assembly.Load(AssemblyOf(project)))));

    [Fact]
    public void Constructors_OfAWideType_AreSeen() => Assert.Contains(TooWide(typeof(ConstructorTests).Assembly), found => found.Contains(nameof(Wide), StringComparison.Ordinal));

    private static IEnumerable<string> TooWide(Assembly assembly) =>
        from type in assembly.GetTypes()
        where !IsGenerated(type)
        from constructor in type.GetConstructors(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic)
        where !constructor.IsPrivate && constructor.GetParameters().Length > MaximumParameters
        select $"{type.FullName}: {constructor.GetParameters().Length} constructor parameters";

    private static bool IsGenerated(Type type) =>
        type.Name.Contains('<', StringComparison.Ordinal) || type.IsDefined(typeof(CompilerGeneratedAttribute)) || (type.DeclaringType is { } outer && IsGenerated(outer));

    private static string AssemblyOf(Project project) => project.Name == "Sluice" ? "sluice" : project.Name;

    private sealed record Wide(int A, int B, int C, int D, int E, int F, int G);
}
