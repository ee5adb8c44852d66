namespace Sluice.Core.Origins;

/// <summary>An origin's 401 or 403 for one who asks (RFC 9110 sections 15.5.2 and 15.5.4).</summary>
/// <param name="Status">401 or 403.</param>
/// <param name="Challenge">Its WWW-Authenticate: how to ask better; null for none.</param>
public sealed record OriginRefusal(int Status, string? Challenge);
