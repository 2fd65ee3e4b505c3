using System.Reflection;
using Microsoft.AspNetCore.Mvc.ApplicationParts;

namespace S3Auth.Api.Controllers;

/// <summary>
/// The controllers that MVC serves. By default, MVC loads every type of this assembly and of NSwag to find the controllers, which takes
/// memory and time. A new controller is added here.
/// </summary>
internal sealed class ControllerPart : ApplicationPart, IApplicationPartTypeProvider
{
    public override string Name => nameof(ControllerPart);

    public IEnumerable<TypeInfo> Types { get; } =
    [
        typeof(HomeController).GetTypeInfo(),
        typeof(ListingsController).GetTypeInfo(),
        typeof(MinersController).GetTypeInfo(),
        typeof(ServiceController).GetTypeInfo(),
        typeof(SessionsController).GetTypeInfo(),
        typeof(ValidatorsController).GetTypeInfo(),
    ];
}
