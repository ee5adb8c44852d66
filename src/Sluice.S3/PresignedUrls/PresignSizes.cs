namespace Sluice.S3.PresignedUrls;

/// <summary>What is held.</summary>
/// <param name="Entries">URLs in memory.</param>
/// <param name="Bytes">Their bytes, from the number and the average size.</param>
/// <param name="StoreEntries">Entries in the store.</param>
/// <param name="StoreBytes">Bytes of their keys and values.</param>
/// <param name="StoreLimit">The store's bound in bytes; 0 for none.</param>
internal readonly record struct PresignSizes(long Entries, long Bytes, long StoreEntries, long StoreBytes, long StoreLimit);
