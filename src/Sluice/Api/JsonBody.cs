using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Sluice.Api;

/// <summary>The JSON that a request brings.</summary>
internal static class JsonBody
{
    /// <summary>The body, or what to refuse the request with. A page of another site can post text without asking; JSON makes its browser ask first.</summary>
    /// <param name="context">The request.</param>
    /// <param name="type">What it is to be.</param>
    /// <param name="what">The same in words.</param>
    /// <param name="example">What to write instead.</param>
    public static async Task<(T? Body, ProblemResult? Refusal)> ReadAsync<T>(HttpContext context, JsonTypeInfo<T> type, string what, string example) where T : class
    {
        if (!context.Request.HasJsonContentType()) return (null, ProblemResult.NoJson);
        try
        {
            return (await context.Request.ReadFromJsonAsync(type, context.RequestAborted), null);
        }
        catch (JsonException e)
        {
            return (null, new(400, $"The body is not {what} (at {e.Path ?? "its end"}). {example}"));
        }
    }
}
