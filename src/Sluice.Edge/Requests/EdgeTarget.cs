namespace Sluice.Edge.Requests;

/// <summary>The normal form of a path and query, as keys and purges use it.</summary>
public static class EdgeTarget
{
    /// <summary>Brings a path with its query, or a whole URL of the edge, into normal form.</summary>
    /// <param name="url">As somebody wrote it.</param>
    /// <param name="target">Path and query in normal form.</param>
    /// <param name="reason">Why it has none; empty when it has.</param>
    public static bool TryNormalise(string url, out string target, out string reason)
    {
        var valid = RequestTarget.TryParse(url, out var parsed, out reason);
        target = valid ? parsed.Text : "";
        return valid;
    }
}
