namespace S3Auth.Application.Validators;

internal sealed class GetFilePresignedUrlsValidator : OneMinerRequestValidator<GetFilePresignedUrlsCommand>
{
    public GetFilePresignedUrlsValidator(AccessWindow window, TimeProvider time, FolderLayout layout)
        : base(window, time, layout)
    {
        RuleFor(command => command.FileKeys)
            .Must(keys => keys is { Count: >= 1 and <= GetFilePresignedUrlsCommand.MostKeys } && !keys.Contains(null))
            .WithMessage($"Send 'file_keys': 1 to {GetFilePresignedUrlsCommand.MostKeys} keys of files, as a listing gives them.");

        RuleFor(command => command.ExpiryHours)
            .InclusiveBetween(1, GetFilePresignedUrlsCommand.MostHours)
            .WithMessage($"Send 'expiry_hours' from 1 to {GetFilePresignedUrlsCommand.MostHours}, or leave it out for {GetFilePresignedUrlsCommand.StandardHours}.");
    }
}
