namespace Sluice.Integration.Tests;

/// <summary>Where the S3 server of <see cref="Require.S3"/> listens, and who may use it.</summary>
internal sealed record S3Server(Uri Endpoint, string Region, string AccessKey, string SecretKey);
