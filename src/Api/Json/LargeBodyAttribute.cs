namespace S3Auth.Api.Json;

/// <summary>
/// Marks an action that takes lists, and therefore accepts a request body of up to <see cref="RequestBody.MaxBytes"/>. Every other action
/// accepts up to <see cref="RequestBody.MaxSmallBytes"/>.
/// </summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class LargeBodyAttribute : Attribute;
