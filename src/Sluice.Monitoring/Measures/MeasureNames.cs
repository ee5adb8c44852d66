namespace Sluice.Monitoring.Measures;

/// <summary>Instruments that measures are made of.</summary>
internal static class MeasureNames
{
    public const string Outcome = "outcome";
    public const string Requests = "sluice.edge.requests";
    public const string Sent = "sluice.edge.sent";
    public const string TierRequests = "sluice.edge.tier.requests";
    public const string TierSent = "sluice.edge.tier.sent";
    public const string Errors = "sluice.edge.errors";
    public const string Duration = "sluice.edge.duration";
    public const string CertificateRemaining = "sluice.edge.certificate.remaining";
    public const string OriginRequests = "sluice.origin.requests";
    public const string OriginReceived = "sluice.origin.received";
    public const string OriginFirstByte = "sluice.origin.first_byte";
    public const string Circuit = "sluice.origin.circuit";
    public const string S3Requests = "sluice.s3.requests";
    public const string PresignHits = "sluice.presign.hits";
    public const string PresignMisses = "sluice.presign.misses";
    public const string PresignDirect = "sluice.presign.direct";
    public const string PresignRefreshes = "sluice.presign.refreshes";
    public const string PresignSignatures = "sluice.presign.signatures";
    public const string PresignExpirations = "sluice.presign.expirations";
    public const string PresignFallbacks = "sluice.presign.fallbacks";
    public const string PresignErrors = "sluice.presign.errors";
    public const string PresignGeneration = "sluice.presign.generation";
    public const string PresignDuration = "sluice.presign.duration";
    public const string PresignEntries = "sluice.presign.entries";
    public const string PresignSize = "sluice.presign.size";
    public const string StoreOperations = "sluice.presign.store.operations";
    public const string StoreErrorsName = "sluice.presign.store.errors";
    public const string StoreSize = "sluice.presign.store.size";
    public const string StoreLimit = "sluice.presign.store.limit";
    public const string StoreEntries = "sluice.presign.store.entries";
    public const string MemorySize = "sluice.memory.size";
    public const string MemoryLimit = "sluice.memory.limit";
    public const string MemoryEvictions = "sluice.memory.evictions";
    public const string DiskSize = "sluice.disk.size";
    public const string DiskAway = "sluice.disk.away";
    public const string DiskLimit = "sluice.disk.limit";
    public const string DiskEvictions = "sluice.disk.evictions";
    public const string DiskDamaged = "sluice.disk.damaged";
    public const string DiskRefused = "sluice.disk.refused";
    public const string Objects = "sluice.cache.objects";
    public const string Fills = "sluice.cache.fills";
    public const string WhatIfRequests = "sluice.whatif.requests";
    public const string WhatIfSent = "sluice.whatif.sent";
    public const string WhatIfHits = "sluice.whatif.hits";
    public const string WhatIfHitSent = "sluice.whatif.hit_sent";
    public const string WhatIfSize = "sluice.whatif.size";
    public const string WhatIfShare = "sluice.whatif.share";
    public const string RedisConnected = "sluice.redis.connected";
    public const string Resident = "process.resident_memory";
    public const string Cpu = "process.cpu";
}
