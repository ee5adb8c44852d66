using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Sluice.Core.Objects;
using Sluice.Edge.Embedding;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Puts Sluice into an app's pipeline.</summary>
public static class SluiceApplicationBuilderExtensions
{
    /// <summary>
    /// Caches what the rest of the pipeline answers to GET and HEAD, as far as the answers allow it (RFC 9111): ranges, conditions, one execution however many
    /// ask at once, stale answers while refreshing or after a failure. Other methods pass, and what they change is forgotten.
    /// </summary>
    /// <remarks>
    /// Put it first, after <c>UseForwardedHeaders</c> and <c>UseHsts</c>, and call <c>UseAuthentication</c> and <c>UseAuthorization</c> yourself after it: what stands before it
    /// sees each request, what stands after it only those that the cache cannot answer, and those without what was done before. In a branch
    /// (<c>UseWhen</c>, <c>Map</c>) the app's endpoints are not found behind it. Needs <c>AddSluice</c>.
    /// </remarks>
    /// <param name="app">The app.</param>
    /// <exception cref="InvalidOperationException"><c>AddSluice</c> was not called.</exception>
    public static IApplicationBuilder UseSluice(this IApplicationBuilder app)
    {
        if (app.ApplicationServices.GetService<IServiceProviderIsService>()?.IsService(typeof(ObjectCache)) == false)
            throw new InvalidOperationException("UseSluice has no cache to serve from: call builder.Services.AddSluice() before the app is built.");
        app.UseMiddleware<SluiceMiddleware>();
        // A WebApplication would otherwise choose the endpoint before all middleware, on a request that the cache then answers by asking anew.
        return app is IEndpointRouteBuilder ? app.UseRouting() : app;
    }
}
