namespace Sluice.Core.Objects;

/// <summary>An object of a shared tier.</summary>
/// <param name="Metadata">Its metadata, as the node that fetched it decided; the length is known.</param>
/// <param name="OpenAsync">Opens the body from a first byte to one past the last. Gives null when it is not to be had after all; once open, a body that breaks off throws <see cref="IOException"/>.</param>
public sealed record SharedObject(ObjectMetadata Metadata, Func<long, long, CancellationToken, ValueTask<Stream?>> OpenAsync);
