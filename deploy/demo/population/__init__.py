"""The demo population: fictional families and service records that fill the registers of a specimen installation."""

from deploy.demo.population.loading import load

__all__ = ["load"]
