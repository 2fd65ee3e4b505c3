namespace S3Auth.Application.Service;

/// <summary>The version of this server.</summary>
public static class ServiceVersion
{
    /// <summary><c>1.2.3</c></summary>
    public static string Text { get; } = typeof(ServiceVersion).Assembly.GetName().Version!.ToString(3);
}
