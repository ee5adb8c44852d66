namespace Sluice.Monitoring.Nodes;

/// <summary>One of the servers that can be looked at.</summary>
/// <param name="Id">What to ask for it by (<c>node=</c>): stays the same as long as the server's history does.</param>
/// <param name="Name">Its name; with the beginning of its id where another has the same.</param>
/// <param name="Version">Version of its program.</param>
/// <param name="IsThis">True for the one that answers.</param>
public sealed record NodeItem(string Id, string Name, string Version, bool IsThis);
