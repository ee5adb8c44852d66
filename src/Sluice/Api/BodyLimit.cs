using Microsoft.AspNetCore.Http.Metadata;

namespace Sluice.Api;

/// <summary>An endpoint's own bound on its request body, in bytes.</summary>
internal sealed record BodyLimit(long? MaxRequestBodySize) : IRequestSizeLimitMetadata;
