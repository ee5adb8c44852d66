namespace Sluice.Edge.Routes;

/// <summary>Lifetime of one kind of file.</summary>
/// <param name="Lifetime">How long it is fresh.</param>
/// <param name="Immutable">True when its bytes never change under one URL (RFC 8246).</param>
public readonly record struct ExtensionPolicy(TimeSpan Lifetime, bool Immutable = false);
