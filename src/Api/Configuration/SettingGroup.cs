namespace S3Auth.Api.Configuration;

/// <summary>Settings that an operator looks for together.</summary>
internal sealed record SettingGroup(string Title, IReadOnlyList<Setting> Settings);
