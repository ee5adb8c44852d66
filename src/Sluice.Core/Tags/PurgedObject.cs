using Sluice.Core.Objects;

namespace Sluice.Core.Tags;

/// <summary>An object as it was when it was purged.</summary>
/// <param name="Target">Its name within its scope: path and query, or the key of a variant.</param>
/// <param name="Metadata">What was known of it.</param>
public sealed record PurgedObject(string Target, ObjectMetadata Metadata);
