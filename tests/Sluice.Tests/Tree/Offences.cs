namespace Sluice.Tests.Tree;

/// <summary>What breaks a habit, listed in full: whoever is told wants all of it at once.</summary>
internal static class Offences
{
    public static void None(IEnumerable<string> found)
    {
        var all = found.ToArray();
        Assert.True(all.Length == 0, string.Join('\n', all));
    }
}
