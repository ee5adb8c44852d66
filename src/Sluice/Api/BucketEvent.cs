using System.Text.Json;

namespace Sluice.Api;

/// <summary>One object that a bucket says has changed or gone.</summary>
/// <param name="Bucket">The bucket.</param>
/// <param name="Key">The object's key, decoded.</param>
/// <param name="IsRemoval">It has gone.</param>
internal sealed record BucketEvent(string Bucket, string Key, bool IsRemoval = false)
{
    // S3, MinIO and Ceph name themselves "aws:s3", "minio:s3", "ceph:s3".
    private const string Raw = "ceph:s3";

    /// <summary>
    /// Reads a notification of S3, MinIO or Ceph: {"Records": [{"eventName", "s3": {"bucket": {"name"}, "object": {"key"}}}]}, or the same as the message of an SNS notification; or an
    /// event of EventBridge: {"detail": {"bucket": {"name"}, "object": {"key"}}}. Records that are no objects are passed over; null when the body is no notification.
    /// </summary>
    /// <exception cref="JsonException">The message of the SNS notification is no JSON.</exception>
    public static IReadOnlyList<BucketEvent>? Read(JsonElement body)
    {
        if (body.ValueKind != JsonValueKind.Object) return null;
        if (body.TryGetProperty("Message", out var message) && message.ValueKind == JsonValueKind.String)
        {
            using var inner = JsonDocument.Parse(message.GetString()!);
            return Read(inner.RootElement);
        }

        // What S3 sends when notifications are set up.
        if (body.TryGetProperty("Event", out var test) && test.ValueKind == JsonValueKind.String && test.GetString() == "s3:TestEvent") return [];
        // EventBridge gives keys as they are.
        if (Text(body, "detail", "bucket", "name") is { } named && Text(body, "detail", "object", "key") is { } plain) return [new(named, plain, Text(body, "detail-type") == "Object Deleted")];
        if (!body.TryGetProperty("Records", out var records) || records.ValueKind != JsonValueKind.Array) return null;
        var events = new List<BucketEvent>();
        foreach (var record in records.EnumerateArray())
        {
            if (Text(record, "s3", "bucket", "name") is not { } bucket || Text(record, "s3", "object", "key") is not { } key) continue;
            // Keys come as a form would send them. Ceph's come as they are, or so as well, by its version: both are meant then.
            var decoded = Uri.UnescapeDataString(key.Replace('+', ' '));
            // "ObjectRemoved:Delete" of S3 and Ceph, "s3:ObjectRemoved:Delete" of MinIO.
            var isRemoval = Text(record, "eventName") is { } name && name.Contains("ObjectRemoved:", StringComparison.Ordinal);
            events.Add(new BucketEvent(bucket, decoded, isRemoval));
            if (decoded != key && Text(record, "eventSource") == Raw) events.Add(new BucketEvent(bucket, key, isRemoval));
        }

        return events;
    }

    private static string? Text(JsonElement element, params ReadOnlySpan<string> path)
    {
        foreach (var name in path)
            if (element.ValueKind != JsonValueKind.Object || !element.TryGetProperty(name, out element)) return null;
        return element.ValueKind == JsonValueKind.String ? element.GetString() : null;
    }
}
